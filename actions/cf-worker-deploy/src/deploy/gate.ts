import type { Clock, Log } from '@vendure-deploy/shared/action';
import { convergence, type Converged, type Course } from './convergence.ts';
import type { Observed } from './observe.ts';

export interface Gate {
  readonly look: () => Promise<Observed>;
  readonly course: Course;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly budgetMs: number;
  readonly intervalMs: number;
  readonly log: Log;
}

/** Equal looks in a row that end the wait. The public may lag behind Cloudflare by half a minute; errors during that are no verdict either. */
const ENOUGH: Readonly<Record<Converged, number>> = { target: 2, before: 3, arriving: Number.POSITIVE_INFINITY, mixed: Number.POSITIVE_INFINITY, unreadable: Number.POSITIVE_INFINITY };

/** Looks until what serves is certain, or the budget is spent. @returns the last look; null: cancelled before one was complete */
export async function gate({ look, course, clock, signal, budgetMs, intervalMs, log }: Gate): Promise<Observed | null> {
  const deadline = clock.now() + budgetMs;
  let complete: Observed | null = null;
  let same = 0;
  let last: Converged | null = null;
  while (!signal.aborted) {
    const observed = await look();
    // A look that a cancel interrupted shows nothing but that.
    if (signal.aborted) break;
    complete = observed;
    const where = convergence(course, observed);
    same = where === last ? same + 1 : 1;
    last = where;
    log.info(`Look ${same}: ${where === 'target' && observed.public.kind === 'hidden' ? 'the new version is live.' : said[where]}`);
    if (same >= ENOUGH[where]) break;
    // The second look at the target is over a connection of its own: no pause makes it better.
    if (where === 'target') continue;
    if (clock.now() + intervalMs > deadline) break;
    await clock.sleep(intervalMs, signal).catch(() => undefined);
  }
  return complete;
}

const said: Readonly<Record<Converged, string>> = {
  target: 'the new version is live, and the public URL answers with it.',
  before: 'what was live before is live.',
  arriving: 'the new version is live, but the public URL does not answer with it yet.',
  mixed: 'something else is live than before, and it is not the new version.',
  unreadable: 'Cloudflare could not be read.',
};
