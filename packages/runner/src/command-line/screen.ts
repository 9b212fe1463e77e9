import type { OutcomeFile } from '../outcome-file.ts';

/** The end of a run on one screen. */
export function tell(outcome: OutcomeFile): string {
  const lines = ['', `${outcome.workflow}: ${outcome.conclusion} in ${outcome.seconds.toFixed(1)} s`];
  if (outcome.refused !== null) lines.push('', `refused: ${outcome.refused.message} (${outcome.refused.file}:${outcome.refused.line})`);
  for (const job of outcome.jobs) lines.push(`  ${job.result.padEnd(10)}${job.id}`);
  for (const annotation of outcome.annotations.filter((one) => one.level === 'error')) lines.push('', `${annotation.job}: ${annotation.message}`);
  return `${lines.join('\n')}\n`;
}
