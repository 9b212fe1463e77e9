import { type Clock, type Log, UserError } from '@vendure-deploy/shared/action';
import type { Said } from '../wrangler/call.ts';
import { arrive } from './arrive.ts';
import type { Ask, Page, Wanted } from './ask.ts';
import { soak } from './soak.ts';
import { isOurs, live, shift, type Shift, shown, type Split, type Trail } from './traffic.ts';

export interface Course {
  readonly old: Wanted;
  readonly fresh: Wanted & { readonly sha: string };
  readonly steps: readonly number[];
  /** The version path first. */
  readonly pages: readonly [Page, ...Page[]];
}

export interface Ways extends Pick<Shift, 'cloudflare' | 'worker' | 'keep' | 'clock' | 'signal' | 'intervalMs'> {
  readonly ask: Ask;
  readonly write: (split: Split) => Promise<Said>;
  /** Renews the lock; throws when it is not ours. */
  readonly fence: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly propagationMs: number;
  readonly soakMs: number;
  readonly probeMs: number;
}

/** `at`: the percentage that was reached; null: traffic was never shifted. */
export type Walked =
  | { readonly kind: 'through'; readonly at: number; readonly trail: Trail }
  | { readonly kind: 'stopped'; readonly at: number | null; readonly why: string }
  | { readonly kind: 'drifted'; readonly at: number | null; readonly live: string };

/** From 0 % by every step to 100 %, each one watched. What stops it, it leaves as it is: the caller returns. */
export async function walk({ old, fresh, steps, pages }: Course, from: Trail, ways: Ways): Promise<Walked> {
  const { log, clock, signal } = ways;
  let trail = from;
  let at: number | null = null;
  let lagEnds = 0;
  for (const percentage of [0, ...steps]) {
    const split = splitAt(percentage, fresh.id, old.id);
    try {
      await ways.fence();
    } catch (error) {
      if (error instanceof UserError) return { kind: 'stopped', at, why: error.message };
      if (signal.aborted) return { kind: 'stopped', at, why: 'cancelled' };
      throw error;
    }
    const shifted = await log.group(`Shift ${percentage} % to version ${fresh.id}`, () => shift({ ...ways, trail, split, write: () => ways.write(split) }));
    if (shifted.kind === 'drifted') return { kind: 'drifted', at, live: shown(shifted.live?.versions ?? []) };
    if (shifted.kind === 'not-shifted') return { kind: 'stopped', at, why: shifted.why };
    trail = shifted.trail;
    at = percentage;
    // Until 0 % is everywhere an override is ignored here and there, and until 100 % is, the old version answers; in between either may.
    if (percentage === 0 || percentage === 100) lagEnds = clock.now() + ways.propagationMs;
    const why = await log.group(`Watch ${percentage} %`, () => watch(percentage, lagEnds));
    if (why !== null) return { kind: 'stopped', at, why };
  }
  const last = await live(ways.cloudflare, ways.worker);
  if (last.kind === 'unreadable') return { kind: 'stopped', at, why: last.why };
  return isOurs(last.deployment, trail) ? { kind: 'through', at: 100, trail } : { kind: 'drifted', at, live: shown(last.deployment?.versions ?? []) };

  async function watch(percentage: number, until: number): Promise<string | null> {
    const meets = { ask: ways.ask, page: pages[0], wanted: fresh, clock, signal, budgetMs: ways.propagationMs, intervalMs: ways.intervalMs, log };
    const missing = percentage === 0 || percentage === 100 ? await arrive({ ...meets, pinned: percentage === 0 ? fresh.id : null }) : null;
    if (missing !== null) return missing;
    return soak({
      ask: ways.ask, pages, fresh, either: percentage === 100 ? [fresh] : [old, fresh], clock, signal, log,
      // At 0 % nobody waits for visitors: one look at every page is the smoke test.
      soakMs: percentage === 0 ? 0 : ways.soakMs, intervalMs: ways.probeMs, lagEnds: until,
    });
  }
}

/** Cloudflare takes a version at 0 %, which only the override header meets; at 100 % the other one is left out. */
export function splitAt(percentage: number, fresh: string, old: string): Split {
  return percentage === 100 ? [{ id: fresh, percentage: 100 }] : [{ id: fresh, percentage }, { id: old, percentage: 100 - percentage }];
}
