import type { Clock, Log } from '@vendure-deploy/shared/action';
import { convergence, type Converged, unreadable } from './judge.ts';
import type { Observed } from './observe.ts';
import type { Plan } from './plan.ts';

export interface Gate {
  readonly read: () => Promise<Observed>;
  readonly plan: Plan;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly budgetMs: number;
  readonly intervalMs: number;
  readonly log: Log;
}

/** Equal reads in a row that end the wait: twice for the target, three times for a fleet that stays where it was, five for one that rests in between. */
const ENOUGH: Readonly<Record<Converged, number>> = { target: 2, before: 3, mixed: 5, moving: Number.POSITIVE_INFINITY, unreadable: Number.POSITIVE_INFINITY };

/** Fly answers one list of Machines a second and app ("Rate limits"), so that a target is not confirmed faster. */
const CONFIRM_MS = 1_000;

/** Reads until what serves is certain, or the budget is spent. @returns the last look; the verdict is `judge`'s */
export async function gate({ read, plan, clock, signal, budgetMs, intervalMs, log }: Gate): Promise<Observed> {
  const deadline = clock.now() + budgetMs;
  let same = 0;
  let last: Converged | null = null;
  for (;;) {
    const observed = await read();
    const where = convergence(plan, observed);
    same = where === last ? same + 1 : 1;
    last = where;
    log.info(`Read ${same}: ${said[where]}${where === 'unreadable' ? ` ${unreadable(observed)}.` : ''}`);
    if (same >= ENOUGH[where] || clock.now() + intervalMs > deadline || signal.aborted) return observed;
    await clock.sleep(where === 'target' ? Math.min(intervalMs, CONFIRM_MS) : intervalMs, signal).catch(() => undefined);
  }
}

const said: Readonly<Record<Converged, string>> = {
  target: 'every Machine and the public URL are at the target.',
  before: 'every Machine and the public URL are where they were.',
  mixed: 'some are at the target, some are not, and all of them rest.',
  moving: 'some are at the target, and not all of them are healthy yet.',
  unreadable: 'not everything could be read.',
};
