import { SURFACES, type Surface } from './surface.ts';

/** Over all surfaces of one deploy. */
export const VERDICTS = {
  deployed: 'Every surface serves what was intended.',
  unchanged: 'Every surface served it before; nothing was switched.',
  partial: 'Some surfaces were switched, others were not.',
  'failed-before-switch': 'The public gets what it got before.',
  'failed-after-switch': 'The public gets something else than before, and it is not what was intended, or it does not work.',
  unknown: 'What a surface serves could not be read.',
} as const satisfies Record<string, string>;

export type Verdict = keyof typeof VERDICTS;

/** What was read back from a surface after the last write. */
export type Observed =
  | { kind: 'confirmed'; sha: string }
  /** It serves something else; null: nothing at all; `mixed`: several at once. */
  | { kind: 'stale'; sha: string | null; mixed?: readonly string[] }
  | { kind: 'unknown'; why: string };

export interface SurfaceReading {
  /** What served before the first write; null: nothing did; absent: nobody read it, so whether something was switched is not known. */
  before?: string | null;
  intended: string;
  observed: Observed;
}

/** What was found by probing what serves; `unprobed`: nobody did, or not to the end. */
export type Probed = 'working' | 'broken' | 'unprobed';

/**
 * The only place where the verdict of a deploy is made; surfaces that were not to be deployed are left out of `readings`.
 * No exit code enters it, only what was read; and nothing is deployed that was proven not to work.
 */
export function judgeVerdict(readings: Partial<Record<Surface, SurfaceReading>>, probed: Probed): Verdict {
  const all = SURFACES.map((surface) => readings[surface]).filter((reading) => reading !== undefined);
  if (all.some((reading) => reading.observed.kind === 'unknown')) return 'unknown';
  if (all.every(reached)) return all.some(switched) ? arrived(probed) : stayed(probed);
  if (all.some((reading) => reading.before === undefined && !reached(reading))) return 'unknown';
  if (!all.some(switched)) return 'failed-before-switch';
  return all.some((reading) => reached(reading) && switched(reading)) ? 'partial' : 'failed-after-switch';
}

function arrived(probed: Probed): Verdict {
  return probed === 'broken' ? 'failed-after-switch' : 'deployed';
}

/** Nothing was switched, so that what is broken was broken before: the public gets just what it got. That is known, and it is red. */
function stayed(probed: Probed): Verdict {
  return probed === 'broken' ? 'failed-before-switch' : 'unchanged';
}

function reached(reading: SurfaceReading): boolean {
  return reading.observed.kind === 'confirmed' && reading.observed.sha === reading.intended;
}

function switched({ before, observed }: SurfaceReading): boolean {
  if (observed.kind === 'unknown') return false;
  return (observed.kind === 'stale' && (observed.mixed ?? []).length > 0) || observed.sha !== before;
}
