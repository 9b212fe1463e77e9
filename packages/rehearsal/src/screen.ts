import type { Outcome } from './outcome.ts';

/** The end of a rehearsal on one screen: the conclusion, what serves by the ground truth, and what went wrong on the stage itself. */
export function tell(outcome: Outcome): string {
  const lines = [
    '',
    `${outcome.workflow}: ${outcome.conclusion}${outcome.verdict === null ? '' : `, verdict ${outcome.verdict}`} in ${outcome.seconds.toFixed(1)} s, ${outcome.writes} writes`,
    '',
    'ground truth    before     after',
    ...rows(outcome),
  ];
  if (outcome.refused !== null) lines.push('', `refused: ${outcome.refused.message} (${outcome.refused.file}:${outcome.refused.line})`);
  for (const fault of outcome.faults) lines.push('', `fault: ${fault.rule} (fired ${fault.fired === 1 ? 'once' : `${fault.fired} times`})`);
  if (!outcome.rehearsal.ok) lines.push('', `This rehearsal does not count: ${outcome.rehearsal.why}`);
  for (const annotation of outcome.annotations.filter((one) => one.level === 'error')) lines.push('', `${annotation.job}: ${annotation.message}`);
  return `${lines.join('\n')}\n`;
}

function rows(outcome: Outcome): string[] {
  const { before, after } = outcome.truth;
  return Object.keys(after).map((key) => `  ${key.padEnd(14)}${short(before[key as keyof typeof before]).padEnd(11)}${short(after[key as keyof typeof after])}`);
}

function short(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} applied`;
  if (typeof value === 'string') return /^[0-9a-f]{40}$/u.test(value) ? value.slice(0, 7) : value;
  return value === null || value === undefined ? '-' : JSON.stringify(value).replaceAll(/[0-9a-f]{33}(?=")/gu, '');
}
