import type { Clock, Log } from '../../action/definition.ts';
import type { Machine } from './machine.ts';

/**
 * States in which a Machine is on its way to another one.
 * @see https://fly.io/docs/machines/machine-states/
 */
const TRANSITIONAL = new Set(['creating', 'starting', 'stopping', 'restarting', 'suspending', 'destroying', 'launch_failed', 'updating', 'replacing', 'replaced', 'migrating']);

export interface Unsettled {
  readonly id: string;
  readonly group: string;
  /** What keeps it: a state on its way elsewhere, or a host that Fly cannot reach. */
  readonly why: string;
  /** RFC 3339; '' when Fly does not say. */
  readonly since: string;
}

/** The Machines on which a deploy would collide or wait without end. Pure: from what Fly lists. */
export function unsettled(machines: readonly Machine[]): Unsettled[] {
  return machines.flatMap(({ id, group, state, since, hostStatus }) => {
    if (hostStatus !== 'ok') return [{ id, group, why: `its host is ${hostStatus}`, since }];
    return TRANSITIONAL.has(state) ? [{ id, group, why: state, since }] : [];
  });
}

export interface Settling {
  readonly list: () => Promise<readonly Machine[]>;
  /** The Machines as they were read a moment ago: Fly answers one list a second and app. null: nobody has. */
  readonly known?: readonly Machine[] | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Longest wait; the runbook's is 90 s. */
  readonly budgetMs: number;
  /** Between two lists: Fly takes one a second of an app. */
  readonly intervalMs: number;
}

/**
 * Lists until every Machine is in a state that lasts, or the budget is spent. An unreachable host is not waited for: no wait of ours mends it.
 * @returns the Machines that are still on their way, with since when and why
 * @throws {ProviderError} when Fly does not list them
 */
export async function settle({ list, known, clock, signal, log, budgetMs, intervalMs }: Settling): Promise<readonly Unsettled[]> {
  const deadline = clock.now() + budgetMs;
  for (let machines = known ?? (await list()); ; machines = await list()) {
    const waiting = unsettled(machines);
    if (waiting.length === 0) return [];
    for (const one of waiting) log.info(sentence(one));
    const moving = waiting.filter(({ why }) => TRANSITIONAL.has(why));
    if (moving.length === 0 || clock.now() + intervalMs > deadline) return waiting;
    await clock.sleep(intervalMs, signal);
  }
}

export function sentence({ id, group, why, since }: Unsettled): string {
  return `Machine ${id} [${group}]: ${why}${since === '' ? '' : ` since ${since}`}`;
}
