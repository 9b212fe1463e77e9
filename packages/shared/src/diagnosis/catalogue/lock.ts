import { again, dispatch } from '../commands.ts';
import type { KnownFailure, Situation } from '../types.ts';

const force = ({ environment }: Situation): string => dispatch('deploy-lock.yml', ['operation=force', `environment=${environment}`, `confirm_environment=${environment}`, 'reason=its run is known to be over']);

/** The deploy lock is somebody else's, or nobody can tell. */
export const LOCK: readonly KnownFailure[] = [
  {
    id: 'lock-of-lost-runner', codes: ['lock-held-by-another'], says: /may still be at work: the lock can be taken in (\d+) s/iu, cure: 'command',
    cause: { en: "The run that holds the lock has ended, but its runner was lost and may still be at work. Its lock can be taken after the seconds that the message names; then the same again takes it by itself.", ja: 'lock を持つ run は終了しているが runner が失われ、まだ動作中かもしれない。メッセージの秒数が過ぎれば、再実行で自動的に取得できる。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'lock-of-unknown-run', codes: ['lock-held-by-another'], says: /GitHub knows no such run|could not be read/iu, cure: 'person',
    cause: { en: 'GitHub does not say whether the run that holds the lock still goes on; that is no proof that it is over. Ask who it is, and break the lock only when you know.', ja: 'lock を持つ run が続いているかを GitHub が答えない。終了の証拠にはならない。本人に確認し、終わっていると分かった場合だけ lock を外す。' },
    commands: (situation) => [force(situation), again(situation)],
  },
  {
    id: 'lock-held', codes: ['lock-held-by-another'], cure: 'person',
    cause: { en: 'Another deploy of this environment is at work and holds the lock. Wait for it: it is the faster way, and the next run takes the lock by itself.', ja: '同じ環境を別の deploy が実行中で lock を保持している。完了を待つのが最も早く、次の run が自動的に lock を取得する。' },
    commands: (situation) => [dispatch('deploy-lock.yml', [`environment=${situation.environment}`]), again(situation)],
  },
  {
    id: 'lock-lost', codes: ['fence-lost'], cure: 'person',
    cause: { en: 'Right before the switch the lock was not ours any more: somebody broke it, or took it over. Nothing was switched by this run after that.', ja: '切替直前に lock を失っていた（誰かが強制解除または引き継いだ）。それ以降この run は何も切り替えていない。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'lock-denied', codes: ['lock-denied'], cure: 'person',
    cause: { en: 'The token may not write the deploy lock. The job and every calling workflow have to grant `contents: write`.', ja: 'token に deploy lock への書き込み権限が無い。job と全ての呼び出し元 workflow で contents: write を付与する。' },
    commands: (situation) => [`gh workflow view ${situation.workflow} --yaml`],
  },
  {
    id: 'lock-not-ours', codes: ['lock-foreign'], cure: 'person',
    cause: { en: 'The ref of the lock holds something that no suite of ours has written, or a newer one has. It was not written over; look at it and remove it only when you know what it is.', ja: 'lock の ref に、この suite のものではない（または新しい版の）内容がある。上書きしていない。内容を確認し、正体が分かった場合だけ削除する。' },
    commands: ({ environment }) => [`git fetch origin refs/heads/deploy-lock/${environment} && git log -1 FETCH_HEAD`],
  },
  {
    id: 'lock-unreadable', codes: ['lock-unknown'], cure: 'command',
    cause: { en: 'GitHub did not say whether the lock is ours, so nothing was written. The same again will do once GitHub answers.', ja: 'lock を取得できたか GitHub が答えなかったため、何も書き込んでいない。GitHub が応答すれば再実行でよい。' },
    commands: (situation) => [again(situation)],
  },
];
