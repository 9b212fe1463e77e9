import { markdownCell } from '@vendure-deploy/shared/action';
import { shortSha } from '@vendure-deploy/shared/release';
import type { ProbeRow, Skew, Watched } from '@vendure-deploy/shared/verify';

/** The job summary: a row per surface, then each probe. */
export function table(rows: readonly Watched[], skew: Skew): string {
  const surfaces = rows.map((row) => `| ${row.surface} | ${row.ok ? 'passed' : 'failed'} | ${sha(row.sha)} | ${row.attempts} | ${markdownCell(row.why)} |`);
  return [
    '### What the public gets', '',
    '| surface | probes | serves | attempts | why |', '|---|---|---|---|---|', ...surfaces, '',
    ...side(skew),
    '| probe | outcome | attempts | seconds | why |', '|---|---|---|---|---|', ...rows.flatMap(({ probes }) => probes.map(line)), '',
  ].join('\n');
}

function line({ surface, name, outcome, attempts, seconds, why }: ProbeRow): string {
  return `| ${surface} ${name} | ${outcome.replaceAll('-', ' ')} | ${attempts} | ${seconds.toFixed(2)} | ${markdownCell(why)} |`;
}

function side({ rule, ok, shas, why }: Skew): string[] {
  const said = Object.entries(shas).map(([surface, one]) => `${surface} ${sha(one)}`).join(', ');
  const judged = rule === null ? 'no rule is configured' : `${rule}: ${ok === true ? 'they fit together' : markdownCell(why)}`;
  return [`Side by side: ${said} (${judged}).`, ''];
}

function sha(value: string): string {
  return value === '' ? 'not read' : `\`${shortSha(value)}\``;
}
