import { markdownCode } from '@vendure-deploy/shared/action';
import { shortSha, type SlaReading, type Surface, type SurfaceReading, type Verdict } from '@vendure-deploy/shared/release';
import type { Phase } from './phases.ts';
import type { RunTimes } from './run-times.ts';
import { timeSection } from './time-section.ts';

export interface Page {
  readonly environment: string;
  readonly sha: string;
  readonly verdict: Verdict;
  readonly readings: Partial<Record<Surface, SurfaceReading>>;
  readonly phases: readonly Phase[];
  readonly sla: SlaReading;
  readonly times: RunTimes;
  readonly next: readonly string[];
}

/** The page that a tired person reads: the verdict, what serves, what to type, what it took. */
export function page({ environment, sha, verdict, readings, phases, sla, times, next }: Page): string {
  return [
    `## ${environment}: ${verdict}${sha === '' ? '' : ` (${shortSha(sha)})`}`,
    '',
    '| surface | before | intended | observed |',
    '|---|---|---|---|',
    ...Object.entries(readings).map(([surface, reading]) => `| ${surface} | ${commit(reading.before ?? null)} | ${commit(reading.intended)} | ${observed(reading)} |`),
    '',
    ...(next.length === 0 ? [] : ['**Next:**', '', '```sh', ...next, '```', '']),
    ...failures(phases),
    ...timeSection(sla, phases, times.timeline, times.startedAt),
  ].join('\n');
}

function failures(phases: readonly Phase[]): string[] {
  const said = phases.filter((phase) => phase.result !== 'success' && phase.message !== '');
  return said.flatMap((phase) => [`**${phase.name}** (${phase.reasonCode}): ${markdownCode(phase.message)}`, '']);
}

function observed({ observed: seen, intended }: SurfaceReading): string {
  if (seen.kind === 'unknown') return `unknown: ${markdownCode(seen.why)}`;
  if (seen.kind === 'confirmed') return `${commit(seen.sha)} confirmed${seen.sha === intended ? '' : ', not the intended one'}`;
  return seen.mixed === undefined ? `${commit(seen.sha)} stale` : `${seen.mixed.map(commit).join(' and ')} at once`;
}

function commit(sha: string | null): string {
  return sha === null || sha === '' ? 'not known' : `\`${shortSha(sha)}\``;
}
