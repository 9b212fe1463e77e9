import { PHASES } from './phase.ts';

/** What a deploy took, in seconds. */
interface Took {
  readonly verdict: string;
  readonly seconds: {
    readonly total: number;
    /** By each action's own clock. */
    readonly phases: Readonly<Record<string, number>>;
    /** Of each job, its start and its checkout included. */
    readonly jobs?: Readonly<Record<string, number>> | undefined;
  };
}

export interface Forecast {
  /** Of how many earlier deploys it is made. */
  readonly samples: number;
  /** `job`: of the whole job, where that was recorded. */
  readonly phases: readonly { readonly phase: string; readonly seconds: number; readonly worst: number; readonly job?: number }[];
  /** From the start of the run to the report. */
  readonly total: { readonly seconds: number; readonly worst: number };
}

// Fewer say nothing of the next one; older ones speak of another shop.
const FEWEST = 3;
const NEWEST = 10;

/**
 * What the next deploy will take, by the median of the last ones that really deployed, and by the worst of them.
 * @param earlier the newest first
 * @returns null: too few are known
 */
export function forecastOf(earlier: readonly Took[]): Forecast | null {
  const deploys = earlier.filter(({ verdict }) => verdict === 'deployed').slice(0, NEWEST);
  if (deploys.length < FEWEST) return null;
  const named = deploys.flatMap(({ seconds }) => [...Object.keys(seconds.phases), ...Object.keys(seconds.jobs ?? {}).filter((job) => placeOf(job) < PHASES.length)]);
  const phases = [...new Set(named)].toSorted((one, other) => placeOf(one) - placeOf(other)).map((phase) => {
    const jobs = deploys.flatMap(({ seconds }) => seconds.jobs?.[phase] ?? []);
    return { phase, ...spread(deploys.flatMap(({ seconds }) => seconds.phases[phase] ?? seconds.jobs?.[phase] ?? [])), ...(jobs.length === 0 ? {} : { job: spread(jobs).seconds }) };
  });
  return { samples: deploys.length, phases, total: spread(deploys.map(({ seconds }) => seconds.total)) };
}

/** In the order of the lane; what it does not know comes last. */
function placeOf(phase: string): number {
  const place = PHASES.findIndex((one) => one === phase);
  return place < 0 ? PHASES.length : place;
}

function spread(values: readonly number[]): { readonly seconds: number; readonly worst: number } {
  const sorted = values.toSorted((one, other) => one - other);
  return { seconds: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, worst: sorted.at(-1) ?? 0 };
}
