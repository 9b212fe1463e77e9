import type { Lanes } from './lanes.ts';
import { type Outcome, recordedOutcomes } from './outcome.ts';
import { compareRace, raceOf } from './races.ts';
import type { Recording } from './recording.ts';
import type { Replay } from './replay.ts';

export interface Compared {
  readonly wanted: unknown;
  readonly got: unknown;
}

/** A recording and its replay as they are to be the same. */
export function comparable(name: string, { recording, bodies, replayed }: { recording: Recording; bodies: Readonly<Record<string, unknown>>; replayed: Replay }): Compared {
  const race = raceOf(name);
  const pairs = recordedOutcomes(recording, bodies).map((recorded, index): Compared => {
    const own = replayed.outcomes[index];
    if (own === undefined) return { wanted: recorded, got: null };
    return race === null ? { wanted: recorded, got: withoutEarlyRenewals(own, recorded.calls) } : compareRace(recorded, own, { ...race, bodies: Object.values(bodies) });
  });
  return {
    wanted: { commands: pairs.map(({ wanted }) => wanted), remembered: recording.remembered },
    got: { commands: pairs.map(({ got }) => got), remembered: replayed.remembered },
  };
}

/** At the twin's speed a busy machine's milliseconds are flyctl's seconds: leases that were not yet renewed are, and nothing else changes by it. */
function withoutEarlyRenewals(replayed: Outcome, recorded: Lanes): Outcome {
  const { 'renewals of leases': _, ...others } = replayed.calls;
  return 'renewals of leases' in recorded ? replayed : { ...replayed, calls: others };
}
