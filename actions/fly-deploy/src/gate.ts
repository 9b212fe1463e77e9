import type { Clock, Log } from '@vendure-deploy/shared/action';
import type { Goal, Look } from './goal.ts';
import type { Converged } from './judge.ts';

export interface Gate<L extends Look> {
  readonly read: () => Promise<L>;
  readonly goal: Goal<L>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly budgetMs: number;
  readonly intervalMs: number;
  readonly log: Log;
}

/** How long and how often is read, as the inputs say. */
export function pace(inputs: { readonly 'gate-seconds': number; readonly 'read-interval-seconds': number }): Pick<Gate<never>, 'budgetMs' | 'intervalMs'> {
  return { budgetMs: inputs['gate-seconds'] * 1000, intervalMs: inputs['read-interval-seconds'] * 1000 };
}

/** Equal reads in a row that end the wait: twice for the target, three times for a fleet that stays where it was, five for one that rests in between. */
const ENOUGH: Readonly<Record<Converged, number>> = { target: 2, before: 3, mixed: 5, moving: Number.POSITIVE_INFINITY, unreadable: Number.POSITIVE_INFINITY };

/** Fly answers one list of Machines a second and app ("Rate limits"), so that a target is not confirmed faster. */
const CONFIRM_MS = 1_000;

/** Reads until where the app stands is certain, or the budget is spent. @returns the last look; the verdict is made elsewhere */
export async function gate<L extends Look>({ read, goal, clock, signal, budgetMs, intervalMs, log }: Gate<L>): Promise<L> {
  const deadline = clock.now() + budgetMs;
  let same = 0;
  let last: Converged | null = null;
  for (;;) {
    const look = await read();
    const where = goal.convergence(look);
    same = where === last ? same + 1 : 1;
    last = where;
    log.info(`Read ${same}: ${said[where](goal.all)}${where === 'unreadable' ? ` ${goal.unreadable(look)}.` : ''}`);
    if (same >= ENOUGH[where] || clock.now() + intervalMs > deadline || signal.aborted) return look;
    await clock.sleep(where === 'target' ? Math.min(intervalMs, CONFIRM_MS) : intervalMs, signal).catch(() => undefined);
  }
}

const said: Readonly<Record<Converged, (all: string) => string>> = {
  target: (all) => `${all} at the target.`,
  before: (all) => `${all} where ${all.endsWith(' is') ? 'it was' : 'they were'}.`,
  mixed: () => 'some are at the target, some are not, and all of them rest.',
  moving: () => 'some are at the target, and not all of them are healthy yet.',
  unreadable: () => 'not everything could be read.',
};
