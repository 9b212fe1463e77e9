import type { Clock } from '../action/definition.ts';

/**
 * Milliseconds of one process's own time: they only grow, whatever happens to the time of day. What the lock waits and measures by itself is in
 * them; ages of what others did are told by GitHub's `Date` alone.
 */
export type SteadyClock = Clock;

export function steady(clock: Pick<Clock, 'sleep'>): SteadyClock {
  return { now: () => performance.now(), sleep: (ms, signal) => clock.sleep(ms, signal) };
}
