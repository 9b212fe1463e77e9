import { markdownCell } from '@vendure-deploy/shared/action';
import type { Check, Status } from './check.ts';

/** The headline first, then what has to be done, then everything that was asked or left out. */
export function summaryOf(title: string, checks: readonly Check[]): string {
  const rows = checks.map(({ name, status, seconds, evidence, next }) => `| ${[name, status, seconds.toFixed(1), evidence, next].map(markdownCell).join(' | ')} |`);
  const table = ['| check | status | seconds | evidence | next |', '|---|---|---:|---|---|', ...rows].join('\n');
  return [`### preflight: ${title}`, `**${headline(checks)}**`, ...toDo(checks), table, ''].join('\n\n');
}

/** @example "This deploy may not start: 2 of 17 checks failed (1 with a warning, 3 left out)." */
export function headline(checks: readonly Check[]): string {
  const count = (status: Status): number => checks.filter((check) => check.status === status).length;
  const beside = `${count('warning')} with a warning, ${count('skipped')} left out`;
  if (count('failed') > 0) return `This deploy may not start: ${count('failed')} of ${checks.length} checks failed (${beside}).`;
  return `This deploy may start: ${count('ok')} checks passed, ${beside}.`;
}

function toDo(checks: readonly Check[]): string[] {
  const urgent = (['failed', 'warning'] as const).flatMap((status) => checks.filter((check) => check.status === status));
  return urgent.length === 0 ? [] : [urgent.map(({ name, status, evidence, next }) => `- **${status}: ${name}.** ${markdownCell(`${evidence}${next === '' ? '' : ` → ${next}`}`)}`).join('\n')];
}
