import { again, dispatch } from '../commands.ts';
import type { KnownFailure } from '../types.ts';

const WORKERS = ['dashboard', 'storefront'] as const;
const NOT_LIVE = ['not-deployed'] as const;

/** Cloudflare and wrangler. What is live was read back; wrangler's exit code says nothing here. */
export const WORKER: readonly KnownFailure[] = [
  {
    id: 'worker-too-large', codes: NOT_LIVE, phases: WORKERS, says: /\b10027\b|exceeded the size limit|script is too large|Your Worker exceeded/iu, cure: 'person',
    cause: { en: 'The Worker is larger than Cloudflare takes. wrangler names its largest parts; leave something out of the bundle.', ja: 'Worker が Cloudflare の上限サイズを超えている。wrangler が大きな部品を示しているので、bundle から外す。' },
    commands: (situation) => [`gh run view ${situation.runId} --log-failed`],
  },
  {
    id: 'worker-does-not-start', codes: NOT_LIVE, phases: WORKERS, says: /\b10021\b|Script startup exceeded|Uncaught \w*Error/iu, cure: 'person',
    cause: { en: 'Cloudflare started the uploaded Worker, and its code failed or took too long before any request. The old version serves; the message names the line.', ja: 'アップロードした Worker が、リクエスト前の起動時に失敗または時間超過した。旧版が稼働中で、行番号はメッセージにある。' },
    commands: (situation) => [`gh run view ${situation.runId} --log-failed`],
  },
  {
    id: 'binding-without-resource', codes: [...NOT_LIVE, 'invalid-config', 'resources-missing'], phases: WORKERS, says: /\b1004[12]\b|KV namespace .* (?:not found|is not valid)|R2 bucket .* (?:not found|does not exist)|binding .* without (?:an )?id/iu, cure: 'person',
    cause: { en: 'The Worker is bound to a KV namespace or an R2 bucket that the account does not have. Create it once, put its id into the wrangler configuration and deploy that commit.', ja: 'Worker が、account に存在しない KV namespace / R2 bucket に binding している。一度作成し、その id を wrangler 設定に書いて deploy する。' },
    commands: (situation) => [`gh run view ${situation.runId} --log-failed`],
  },
  {
    id: 'cloudflare-rate-limited', codes: [...NOT_LIVE, 'anchor-unreadable', 'serves-unproven'], phases: WORKERS, says: /-> 429\b|Cloudflare answered HTTP 429|\bcode: 971\b|(?:Cloudflare|wrangler).*rate.?limit/iu, cure: 'command',
    cause: { en: "Cloudflare's API refused for too many calls. The old version serves; wait a minute and run it again.", ja: 'Cloudflare API が呼び出し過多として拒否した。旧版が稼働中。1 分待って再実行する。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'cloudflare-unwell', codes: [...NOT_LIVE, 'anchor-unreadable', 'serves-unproven'], phases: WORKERS, says: /-> 5\d\d\b|Cloudflare answered HTTP 5\d\d|\bcode: 10013\b/iu, cure: 'command',
    cause: { en: "Cloudflare's API answered with a fault of its own. What is live was read and is named above; the same again is safe.", ja: 'Cloudflare API 側の障害応答。稼働中のものは読み戻して上に示してある。再実行は安全。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'worker-live-without-routes', codes: ['live-with-trigger-failure'], cure: 'command',
    cause: { en: 'The new version serves, and wrangler failed afterwards, when it set routes and settings. The same again, with redeploy, sets them.', ja: '新版は稼働しているが、その後の route / 設定の反映で wrangler が失敗した。redeploy を付けた再実行で反映される。' },
    commands: (situation) => [again(situation, 'redeploy=true')],
  },
  {
    id: 'gradual-in-progress', codes: ['deployment-split', 'drifted'], phases: WORKERS, cure: 'person',
    cause: { en: 'Somebody shifts the traffic of this Worker step by step, and a deploy would end that without asking. Ask who it is; when it is over, run the lane again.', ja: '誰かがこの Worker の traffic を段階的に切り替えており、deploy するとそれを無断で終わらせてしまう。確認し、完了後に再実行する。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'worker-version-split', codes: ['mixed', 'serves-unproven'], phases: WORKERS, cure: 'person',
    cause: { en: 'The version is uploaded, and the public URL did not answer with it in time, or not always. Look what answers now; mostly it has arrived meanwhile.', ja: '新版はアップロード済みだが、公開 URL が時間内に（または常には）その版で応答しなかった。多くはその後反映されているので、今の応答を確認する。' },
    commands: (situation) => [`script/status ${situation.environment}`, again(situation, 'redeploy=true')],
  },
  {
    id: 'worker-anchor-unreadable', codes: ['anchor-unreadable'], phases: WORKERS, cure: 'command',
    cause: { en: 'What is live of the Worker could not be read before the first write, so that nothing was uploaded. The same again reads it anew.', ja: '最初の書き込み前に稼働中の Worker を読めず、何もアップロードしていない。再実行で読み直す。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'dashboard-behind', codes: NOT_LIVE, phases: ['dashboard'], alone: /\bfly_fail=0 dashboard_fail=[1-9]/u, cure: 'command',
    cause: { en: 'Vendure serves the new commit, and the Dashboard still serves the old one. The Dashboard is deployed alone; Vendure is not touched by it.', ja: 'Vendure は新しい commit で稼働し、Dashboard は旧版のまま。Dashboard だけを単独で deploy する（Vendure には触れない）。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'storefront-behind', codes: NOT_LIVE, phases: ['storefront'], cure: 'command',
    cause: { en: 'What was deployed before it serves the new commit, and the Storefront still serves the old one. It is deployed alone; nothing else is touched.', ja: '先に deploy した面は新しい commit で稼働し、Storefront は旧版のまま。Storefront だけを単独で deploy する。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'access-unproven', codes: ['access-unproven', 'lane-closed-again', 'lane-not-ready'], cure: 'person',
    cause: { en: 'It is not proven that Cloudflare Access stands before the hidden lane, so that it was not opened, or closed again. Mend the Access application for that host first.', ja: '隠し lane の前段に Cloudflare Access があることを証明できず、開かない（または閉じ直した）。先にその host の Access application を直す。' },
    commands: (situation) => [dispatch(situation.workflow, [`ref=${situation.sha}`])],
  },
];
