/** What a deploy took, in seconds. */
interface Took {
  readonly verdict: string;
  readonly seconds: { readonly total: number; readonly phases: Readonly<Record<string, number>> };
}

export interface Forecast {
  /** Of how many earlier deploys it is made. */
  readonly samples: number;
  readonly phases: readonly { readonly phase: string; readonly seconds: number; readonly worst: number }[];
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
  const [newest] = deploys;
  if (newest === undefined || deploys.length < FEWEST) return null;
  const phases = Object.keys(newest.seconds.phases).map((phase) => ({ phase, ...spread(deploys.flatMap(({ seconds }) => seconds.phases[phase] ?? [])) }));
  return { samples: deploys.length, phases, total: spread(deploys.map(({ seconds }) => seconds.total)) };
}

function spread(values: readonly number[]): { readonly seconds: number; readonly worst: number } {
  const sorted = values.toSorted((one, other) => one - other);
  return { seconds: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, worst: sorted.at(-1) ?? 0 };
}
