import { again, verify } from '../commands.ts';
import type { KnownFailure, Situation } from '../types.ts';

const codes = ['probe-failed'] as const;
const startWorkers = ({ app, machines }: Situation): string[] => {
  const workers = machines.filter(({ group }) => group === 'worker');
  return workers.length === 0 ? [`flyctl machine list -a ${app}`] : workers.map(({ id }) => `flyctl machine stop ${id} -a ${app} && flyctl machine start ${id} -a ${app}`);
};

/** What the public gets, after the switch. */
export const VERIFY: readonly KnownFailure[] = [
  {
    id: 'no-answer', codes, checks: ['version', 'health', 'queue-lag', 'graphql', 'assets', 'page', 'api-origin', 'shadow', 'canary', ''], says: /^(?!.*\bHTTP [1-5]\d\d\b).*(?:\bHTTP 000\b|no (?:complete )?answer within|connection refused|the connection was reset|ended in the middle of the answer|the host does not answer|the host name does not resolve)/iu, alone: /\bHTTP 000\b/u, cure: 'command', heals: 'each probe is tried 5 s apart, six times by default',
    cause: { en: 'A public URL did not answer at all, in any attempt: a Machine that still warms up, or the network in between. By itself that is no failed deploy; look again.', ja: '公開 URL がどの試行でも応答しなかった（warm-up 中の Machine、または経路の問題）。それだけでは deploy 失敗ではない。もう一度確認する。' },
    commands: (situation) => [verify(situation)],
  },
  {
    id: 'worker-idle', codes, checks: ['worker', 'queue-lag'], says: /no worker has done the canary job|oldest job has waited|jobQueueLag\b.*\b(?:fail|exceed|stale|too )/iu, cure: 'command',
    cause: { en: 'No worker takes jobs: its Machines are stopped, or hang. Stopped and started, they take up the queue by themselves.', ja: 'worker が job を処理していない（Machine が停止または固まっている）。停止して起動し直せば queue は自動的に処理される。' },
    commands: (situation) => [...startWorkers(situation), verify(situation)],
  },
  {
    id: 'worker-of-another-commit', codes, checks: ['worker'], says: /process group \S+ runs/iu, cure: 'person',
    cause: { en: 'The worker runs another commit than the app. A deploy of Vendure alone brings both to the commit.', ja: 'worker が app と異なる commit で動いている。Vendure だけを deploy すれば両方揃う。' },
    commands: (situation) => [again({ ...situation, missing: ['vendure'] }, 'redeploy=true')],
  },
  {
    id: 'graphql-errors', codes, checks: ['graphql'], cure: 'person',
    cause: { en: 'GraphQL answers, with errors in it: mostly the API does not reach its database, whatever its health page says. Its own log says what it lacks.', ja: 'GraphQL は応答するが errors を含む。多くは health の表示に関わらず API がデータベースに届いていない。log を確認する。' },
    commands: (situation) => [`flyctl logs -a ${situation.app} --no-tail`, verify(situation)],
  },
  {
    id: 'not-ready', codes, checks: ['health'], cure: 'person',
    cause: { en: 'The shop serves the commit and says itself that it is not ready. What it lacks stands in its answer, and in its log.', ja: 'shop は対象 commit で稼働しているが、自身で準備未完了と報告している。不足は応答と log にある。' },
    commands: (situation) => [`flyctl logs -a ${situation.app} --no-tail`, verify(situation)],
  },
  {
    id: 'wrong-commit-answers', codes, checks: ['version'], cure: 'person',
    cause: { en: 'A public URL answers with another commit, beyond the time that a change takes to arrive. Deploy that surface again.', ja: '反映時間を過ぎても公開 URL が別の commit で応答する。その面を再度 deploy する。' },
    commands: (situation) => [`script/status ${situation.environment}`, again(situation, 'redeploy=true')],
  },
  {
    id: 'page-broken', codes, checks: ['page', 'assets', 'shadow', 'api-origin'], cure: 'person',
    cause: { en: 'A page or a file of a Worker is not as it should be, though the right version answers. Going back to the commit before is the quick way; the cause is in the build or in the API that it asks.', ja: '正しい版が応答しているが、Worker のページまたはファイルに問題がある。前の commit に戻すのが早い。原因は build か参照先の API にある。' },
    commands: (situation) => [`script/status ${situation.environment}`],
  },
  {
    id: 'cannot-buy', codes, checks: ['canary'], cure: 'person',
    cause: { en: "A customer's way to the shipping quote breaks at the step that the message names. The commit serves; decide whether to go back or to mend what that step needs.", ja: '顧客の購入経路（送料見積りまで）が、メッセージの示す step で止まる。commit は稼働中。戻すか、その step の原因を直すかを判断する。' },
    commands: (situation) => [`script/status ${situation.environment}`],
  },
  {
    id: 'surfaces-skewed', codes: ['skewed'], cure: 'person',
    cause: { en: 'Each surface works, and they serve commits that the configuration does not let stand side by side. Deploy the commit on all of them.', ja: '各面は動作しているが、設定が許さない commit の組み合わせで並んでいる。全ての面に同じ commit を deploy する。' },
    commands: (situation) => [again({ ...situation, missing: ['vendure', 'dashboard', 'storefront'] })],
  },
];
