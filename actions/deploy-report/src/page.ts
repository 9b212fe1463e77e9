import { markdownCode } from '@vendure-deploy/shared/action';
import type { Diagnosis } from '@vendure-deploy/shared/diagnosis';
import { shortSha, type SlaReading, type Surface, type SurfaceReading, type Verdict } from '@vendure-deploy/shared/release';
import type { Phase } from './phases.ts';
import type { RunTimes } from './run-times.ts';
import { timeSection } from './time-section.ts';
import { notesSection, whySection } from './why-section.ts';

export interface Page {
  readonly environment: string;
  readonly sha: string;
  readonly verdict: Verdict;
  readonly readings: Partial<Record<Surface, SurfaceReading>>;
  readonly phases: readonly Phase[];
  readonly sla: SlaReading;
  readonly times: RunTimes;
  readonly causes: readonly Diagnosis[];
  readonly next: readonly string[];
}

/** The page that a tired person reads: the verdict, what serves, what to type, what it took. */
export function page({ environment, sha, verdict, readings, phases, sla, times, causes, next }: Page): string {
  return [
    `## ${environment}: ${verdict}${sha === '' ? '' : ` (${shortSha(sha)})`}`,
    '',
    '| surface | before | intended | observed |',
    '|---|---|---|---|',
    ...Object.entries(readings).map(([surface, reading]) => `| ${surface} | ${commit(reading.before ?? null)} | ${commit(reading.intended)} | ${observed(reading)} |`),
    '',
    ...(next.length === 0 ? [] : ['**Next:**', '', '```sh', ...next, '```', '']),
    ...whySection(causes, phases),
    ...notesSection(phases),
    ...timeSection(sla, phases, times.timeline, times.startedAt),
  ].join('\n');
}

function observed({ observed: seen, intended }: SurfaceReading): string {
  if (seen.kind === 'unknown') return `unknown: ${markdownCode(seen.why)}`;
  if (seen.kind === 'confirmed') return `${commit(seen.sha)} confirmed${seen.sha === intended ? '' : ', not the intended one'}`;
  if (seen.mixed === undefined && seen.sha === null) return 'nothing';
  return seen.mixed === undefined ? `${commit(seen.sha)} stale` : `${seen.mixed.map(commit).join(' and ')} at once`;
}

function commit(sha: string | null): string {
  return sha === null || sha === '' ? 'not known' : `\`${shortSha(sha)}\``;
}
