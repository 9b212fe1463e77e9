import { asyncProperty, check } from 'fast-check';
import { play } from './play.ts';
import type { Protocol } from './protocol.ts';
import { schedules } from './schedule.ts';

export interface Checked {
  /** A schedule with a fault that counts, the smallest that was found in time, and how to find it again; null: none. */
  readonly found: string | null;
  readonly played: number;
  readonly acts: number;
}

interface Wanted {
  readonly runs: number;
  /** Longest time for playing and for making a counterexample smaller. */
  readonly withinMs: number;
  readonly counts?: (fault: string) => boolean;
  /** false: any counterexample will do. */
  readonly shrinks?: boolean;
}

export async function checkSchedules(protocol: Protocol, { runs, withinMs, counts = () => true, shrinks = true }: Wanted): Promise<Checked> {
  let acts = 0;
  const property = asyncProperty(schedules, async (schedule) => {
    const played = await play(schedule, protocol);
    acts += played.acts;
    const faults = played.faults.filter(counts);
    if (faults.length > 0) throw new Error(faults.join('; '));
  });
  const { failed, errorInstance, seed, counterexamplePath, counterexample, numRuns } = await check(property, { numRuns: runs, endOnFailure: !shrinks, interruptAfterTimeLimit: withinMs });
  const why = errorInstance instanceof Error ? errorInstance.message : '';
  return { found: failed ? `${why}; seed ${seed}, path ${counterexamplePath ?? ''}: ${JSON.stringify(counterexample)}` : null, played: numRuns, acts };
}
