import { again } from '../commands.ts';
import type { KnownFailure } from '../types.ts';

/** The machine and the run themselves. */
export const RUNNER: readonly KnownFailure[] = [
  {
    id: 'runner-lost', codes: ['runner-lost'], alone: /lost communication with the server|runner has received a shutdown signal|hosted runner encountered an error/iu, cure: 'person',
    cause: { en: 'The machine that ran a job was lost; what it was about to write may or may not be written. What serves was read and is named above; the same again goes on from there.', ja: 'job を実行していたマシンが失われた。書き込み途中だった可能性がある。稼働中のものは読み戻して上に示してあり、再実行はそこから続く。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'cancelled', codes: ['cancelled'], cure: 'command',
    cause: { en: 'The run was cancelled while a phase was at work. What serves was read and is named above; the same again goes on from there.', ja: '処理中に run がキャンセルされた。稼働中のものは読み戻して上に示してあり、再実行はそこから続く。' },
    commands: (situation) => [again(situation)],
  },
  {
    id: 'sla-unreachable', codes: ['sla-unreachable'], cure: 'command',
    cause: { en: 'By earlier deploys the rest does not fit into the promised time, and the lane was told to stop for that before anything is switched. Without sla_strict it goes on and says how late it was.', ja: '過去の実績から残りが約束の時間に収まらず、切替前に停止するよう指定されていた。sla_strict を外せば続行し、超過を報告する。' },
    commands: (situation) => [again({ ...situation, options: situation.options.filter((option) => !option.startsWith('sla_strict=')) })],
  },
];
