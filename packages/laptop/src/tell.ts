import type { OutcomeFile } from '@vendure-deploy/runner';
import { inWordsOf } from '@vendure-deploy/shared/action';
import type { Left } from './keep-locks.ts';
import type { Serving } from './serving.ts';
import { clockOf } from './view.ts';

export interface Ended {
  readonly outcome: OutcomeFile;
  readonly command: string;
  readonly environment: string | null;
  readonly serving: readonly Serving[];
  readonly locks: readonly Left[];
  readonly next: readonly string[];
  /** Where no report says how it went: what each phase wrote last. */
  readonly said: readonly { readonly name: string; readonly line: string }[];
  readonly budgetSeconds: number | null;
  /** null: they are not kept. */
  readonly logs: string | null;
  readonly wasKilled: boolean;
}

/** Pure. The last screen: how it ended, what serves now, the lock, what to type next. */
export function tell({ outcome, command, environment, serving, locks, next, said, budgetSeconds, logs, wasKilled }: Ended): string {
  const { workflow, conclusion, verdict, refused, seconds, annotations } = outcome;
  const lines = ['', `${workflow}: ${conclusion}${verdict === null ? '' : `, verdict ${verdict}`}, ${clockOf({ startedAt: 0, budgetSeconds }, seconds * 1000)}`];
  if (refused !== null) lines.push('', `refused: ${refused.message} (${refused.file}:${refused.line})`);
  if (wasKilled) lines.push('', 'What was at work was killed: a step that had begun at Fly or Cloudflare may go on there.');
  for (const { job, message } of annotations.filter(({ level }) => level === 'error')) lines.push('', `${job}: ${inWordsOf({ command }, message)}`);
  if (said.length > 0) lines.push('', ...said.map(({ name, line }) => `${name}: ${inWordsOf({ command }, line)}`));
  if (serving.length > 0) lines.push('', `${environment ?? ''} serves`, ...serving.map(({ surface, sha, remark }) => `  ${surface.padEnd(12)}${(sha ?? '').slice(0, 7).padEnd(9)}${remark}`.trimEnd()));
  if (locks.length > 0) lines.push('', ...locks.map(({ environment: name, kind, why }) => `lock of ${name}: ${kind === 'free' ? 'free' : kind === 'another' ? why : `not known: ${why}. Others can take it after 120 s:  script/deploy deploy-lock -f environment=${name} -f operation=steal`}`));
  if (next.length > 0) lines.push('', 'next:', ...next.map((one) => `  ${inWordsOf({ command }, one)}`));
  if (logs !== null) lines.push('', `logs: ${logs}`);
  return `${lines.join('\n')}\n`;
}
