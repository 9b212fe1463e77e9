import { again } from '../commands.ts';
import type { KnownFailure } from '../types.ts';

const SHIPS = ['vendure'] as const;
const FAILED = ['not-switched', 'mixed', 'rolled-back', 'rollback-failed', 'serves-unproven'] as const;

/** Fly and flyctl, without the release command. What serves was read; an exit code says nothing here. */
export const FLY: readonly KnownFailure[] = [
  {
    id: 'machine-replacing', codes: FAILED, phases: SHIPS, says: /concurrent update in progress|currently replac|machine getting replaced/iu, cure: 'command', heals: 'the Machines are left to settle, and flyctl is started once more',
    cause: { en: 'Something else was changing a Machine at that moment: another deploy, or `fly secrets set` without --stage, which restarts Machines. Once they have settled the same again goes through.', ja: '同じ時に別の処理（他の deploy、または --stage なしの fly secrets set による再起動）が Machine を変更していた。落ち着けば再実行で通る。' },
    commands: (situation) => [`flyctl status -a ${situation.app}`, again(situation)],
  },
  {
    id: 'lease-held', codes: [...FAILED, 'not-settled'], phases: [...SHIPS, 'preflight'], says: /lease currently held by|failed to get lease on VM|failed to acquire leases|(?:holds|hold) (?:a|its|the) lease|held by .* until/iu, cure: 'command', heals: 'the Machines are left to settle, and flyctl is started once more',
    cause: { en: 'Somebody holds the lease of a Machine: another flyctl at work, or one that was killed, whose lease ends by itself within minutes. The message names owner and end; after that the same again goes through.', ja: 'Machine の lease を誰かが保持している（動作中の別の flyctl、または強制終了されたもの。後者は数分で失効する）。所有者と期限はメッセージにあり、その後の再実行で通る。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'fly-rate-limited', codes: FAILED, phases: SHIPS, says: /rate limit exceeded/iu, cure: 'command', heals: 'the Machines are left to settle, and flyctl is started once more',
    cause: { en: "Fly's Machines API refused flyctl for too many calls at once. Nothing is wrong with the image; wait a minute and run it again.", ja: 'Fly の Machines API が呼び出し過多として flyctl を拒否した。image に問題は無い。1 分待って再実行する。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'fly-unwell', codes: FAILED, phases: SHIPS, says: /^(?!.*release_command).*(?:\(status 5\d\d\)|: http 5\d\d\b|internal server error|connection reset by peer|unexpected EOF)/iu, alone: /^(?!.*release_command).*\b(?:VMs?|Machine|release|organization)\b.*(?:\(status 5\d\d\)|: http 5\d\d\b|internal server error|connection reset by peer|unexpected EOF)/iu, cure: 'command', heals: 'the Machines are left to settle, and flyctl is started once more',
    cause: { en: 'Fly answered with a fault of its own, and flyctl does not ask again for most calls. Look whether Fly is unwell, and run it again.', ja: 'Fly 側の障害応答で失敗した（flyctl はほとんどの呼び出しを再試行しない）。Fly の状態を確認して再実行する。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'fly-without-capacity', codes: [...FAILED, 'release-command-failed'], phases: SHIPS, says: /could not reserve resource for machine|insufficient (?:resources|memory|capacity)|no capacity|Try choosing a different region/iu, cure: 'person',
    cause: { en: "Fly has no room for another Machine in that region now; bluegreen needs twice as many for a moment. Wait some minutes, or deploy with a strategy that updates in place.", ja: 'その region に空きが無い（bluegreen は一時的に倍の Machine が必要）。数分待つか、その場で更新する strategy で deploy する。' },
    commands: (situation) => [again(situation), again(situation, 'strategy=rolling')],
  },
  {
    id: 'fly-quota-reached', codes: FAILED, phases: SHIPS, says: /over the allowed quota|due to org limits|requires a (?:payment method|credit card)/iu, cure: 'person',
    cause: { en: "The organisation at Fly may not have more Machines, or owes something. Nothing of the image is wrong; a person has to raise the limit or settle the account.", ja: 'Fly の組織の上限に達したか、支払いの問題がある。image に問題は無い。上限の引き上げか支払いの対応が必要。' },
    commands: () => ['flyctl orgs list'],
  },
  {
    id: 'image-not-found-by-fly', codes: FAILED, phases: SHIPS, says: /could not find image|failed to fetch an image or build from source/iu, cure: 'command',
    cause: { en: "Fly did not find the image under its tag, or did not answer when asked for it. The lane proves the image anew, copies or builds it, and goes on.", ja: 'Fly がその tag の image を見つけられない、または応答しなかった。lane は image を改めて確認し、複製または build して続行する。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'bluegreen-without-checks', codes: FAILED, phases: SHIPS, says: /not in valid state for bluegreen|define at least 1 check in order to use blue-green/iu, cure: 'person',
    cause: { en: 'bluegreen judges the new Machines by their checks, and no process group of the fly configuration has any. Add a check to the service, or choose a strategy that needs none.', ja: 'bluegreen は新しい Machine を check で判定するが、fly の設定に check が無い。service に check を追加するか、check を必要としない strategy を選ぶ。' },
    commands: (situation) => [again(situation, 'strategy=rolling')],
  },
  {
    id: 'machines-run-several-images', codes: FAILED, phases: SHIPS, says: /found multiple image versions|different images in your app/iu, cure: 'person',
    cause: { en: 'The Machines run different images since a deploy that ended half way, and bluegreen refuses to begin so. A rolling deploy brings each to the commit, and bluegreen works again after that.', ja: '途中で終わった deploy のため Machine ごとに image が異なり、bluegreen が開始を拒否している。rolling で一度揃えれば、次から bluegreen が使える。' },
    commands: (situation) => [again(situation, 'strategy=rolling', 'redeploy=true')],
  },
  {
    id: 'checks-never-pass', codes: FAILED, phases: SHIPS, says: /timeout reached waiting for health checks|Error: wait timeout/iu, cure: 'person',
    cause: { en: "The new Machines started, and their health checks did not pass in time. The image or what it needs is the reason: its own log says which.", ja: '新しい Machine は起動したが、health check が時間内に通らなかった。原因は image かその依存先にあり、Machine の log に記録されている。' },
    commands: (situation) => [`flyctl logs -a ${situation.app} --no-tail`],
  },
  {
    id: 'machines-crash', codes: FAILED, phases: SHIPS, says: /app appears to be crashing|smoke checks for \S+ failed(?!.*rate limit)|machine has exited|reached its max restart count/iu, cure: 'person',
    cause: { en: 'The new Machines end as soon as they start. The image, its command or a secret that it wants is the reason: its own log says which.', ja: '新しい Machine が起動直後に終了する。原因は image・起動コマンド・必要な secret のいずれかで、Machine の log に記録されている。' },
    commands: (situation) => [`flyctl logs -a ${situation.app} --no-tail`],
  },
  {
    id: 'flyctl-lied', codes: ['flyctl-lied'], alone: /flyctl said that it succeeded, but Vendure still serves/u, cure: 'command',
    cause: { en: 'flyctl said that it succeeded, and what was read back is what served before. The public gets the old version, whole; the same again is safe.', ja: 'flyctl は成功と報告したが、読み戻した結果は以前のままだった。公開されているのは旧版で、再実行は安全。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'machines-not-settled', codes: ['not-settled'], cure: 'command', heals: 'they are waited for, by default 90 s',
    cause: { en: 'A Machine was on its way to another state, or its host did not answer, for longer than was waited. Nothing was written; once all rest the same again goes through.', ja: 'Machine が状態遷移中、または host が応答せず、待機時間を超えた。何も書き込まれていない。落ち着けば再実行で通る。' },
    commands: (situation) => [`flyctl status -a ${situation.app}`, again(situation)],
  },
  {
    id: 'fleet-mixed', codes: ['mixed', 'rollback-failed'], phases: SHIPS, cure: 'command',
    cause: { en: 'Some Machines run the new commit and others the old one, and nothing changes by itself any more. The same again brings all of them to the commit.', ja: '新旧の Machine が混在したまま止まっている。再実行で全て対象 commit に揃う。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'rolled-back', codes: ['rolled-back'], cure: 'person',
    cause: { en: 'The new version did not serve, and the image of before was deployed again and serves. The schema did not go back; find out why the new version failed before the next try.', ja: '新版が稼働せず、以前の image に戻して稼働中。schema は戻らない。次に試す前に新版が失敗した原因を調べる。' },
    commands: (situation) => [`flyctl logs -a ${situation.app} --no-tail`],
  },
  {
    id: 'not-switched', codes: ['not-switched'], cure: 'command',
    cause: { en: 'flyctl ended before it switched, and said nothing that is known. The public gets the old version, whole; the same again is safe.', ja: 'flyctl は切替前に終了し、既知のメッセージは無い。公開されているのは旧版で、再実行は安全。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'vendure-unreadable', codes: ['serves-unproven', 'anchor-unreadable'], phases: SHIPS, cure: 'person',
    cause: { en: 'What Vendure serves could not be read, of Fly or of the public URL, so that nothing can be said of it. Look before anything else.', ja: 'Fly または公開 URL から Vendure の稼働状況を読めず、何も断定できない。まず状況を確認する。' },
    commands: (situation) => [`script/status ${situation.environment}`, again(situation)],
  },
  {
    id: 'production-unhealthy', codes: ['production-unhealthy'], cure: 'person',
    cause: { en: 'What serves is broken already, before this deploy. Look at it first; if this commit is the cure, say so.', ja: 'この deploy の前から稼働中のものが壊れている。まず確認し、この commit が修正ならその旨を指定する。' },
    commands: (situation) => [`script/status ${situation.environment}`, again(situation, 'allow_unhealthy=true')],
  },
  {
    id: 'backup-unproven', codes: ['backup-unproven'], cure: 'person',
    cause: { en: "No backup of this run could be proven, so that nothing was switched. The shop's own backup command and its log say why.", ja: 'この run の backup を確認できず、何も切り替えていない。shop の backup コマンドの log に原因がある。' },
    commands: (situation) => [`gh run view ${situation.runId} --log-failed`, again(situation)],
  },
  {
    id: 'secrets-not-staged', codes: ['secrets-not-staged'], cure: 'person',
    cause: { en: 'Fly does not list the wanted secrets as they were staged. No Machine was touched; what is staged ships with the next deploy.', ja: '想定した secret が Fly 側で stage されていない。Machine には触れておらず、stage 済みのものは次の deploy で反映される。' },
    commands: (situation) => [`flyctl secrets list -a ${situation.app}`, again(situation)],
  },
  {
    id: 'redis-not-synced', codes: ['redis-not-synced'], cure: 'person',
    cause: { en: 'The Redis app was not brought to the wanted passwords; the shop was not touched and goes on with what it has. The same again tries once more.', ja: 'Redis app に想定のパスワードを反映できなかった。shop には触れておらず、現状のまま動く。再実行でもう一度試す。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'flyctl-unavailable', codes: ['tool-unavailable', 'tool-digest-mismatch'], phases: SHIPS, cure: 'command',
    cause: { en: 'flyctl could not be downloaded, or what was downloaded is not what was pinned; it was not started. A download that broke off is gone with the next run; a digest that stays wrong is not to be trusted.', ja: 'flyctl を取得できない、または固定した digest と一致しない。起動していない。通信断なら再実行で解消する。digest の不一致が続く場合は信用しない。' },
    commands: (situation) => [again(situation)],
  },
];
