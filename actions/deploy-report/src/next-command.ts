import { type Surface, SURFACES, type SurfaceReading, type Verdict } from '@vendure-deploy/shared/release';

interface Situation {
  readonly verdict: Verdict;
  readonly workflow: string;
  readonly sha: string;
  /** Of the run: without a resolved commit, what it was started from. */
  readonly ref: string;
  readonly readings: Partial<Record<Surface, SurfaceReading>>;
}

/** What to type next: nothing when all is well; else the deploy again, of just the surfaces that are not there. */
export function nextCommands({ verdict, workflow, sha, ref, readings }: Situation): string[] {
  if (verdict === 'deployed' || verdict === 'unchanged') return [];
  const missing = SURFACES.filter((surface) => !arrived(readings[surface]));
  const rest = missing.length === 0 ? SURFACES : missing;
  const off = SURFACES.filter((surface) => !rest.includes(surface)).map((surface) => ` -f ${surface}=false`);
  return [`gh workflow run ${workflow}${sha === '' ? ` --ref ${ref.replace(/^refs\/(?:heads|tags)\//u, '')}` : ` -f ref=${sha}`}${off.join('')}`];
}

/** A surface that was not to be deployed is not missing. */
function arrived(reading: SurfaceReading | undefined): boolean {
  return reading === undefined || (reading.observed.kind === 'confirmed' && reading.observed.sha === reading.intended);
}
