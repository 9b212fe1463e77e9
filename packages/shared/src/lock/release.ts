import type { Clock } from '../action/definition.ts';
import type { GitRefClient } from './git-ref-client.ts';
import { readLock } from './read.ts';
import type { Holder, LockState } from './state.ts';
import { swap } from './swap.ts';

export interface ReleaseRequest {
  git: GitRefClient;
  environment: string;
  /** Whose lock this process may give back. */
  mine(holder: Holder, state: LockState): boolean;
  reason: string;
  clock: Clock;
  signal: AbortSignal;
  /** An acquire whose outcome nobody knows: when the lock still stands at its parent, a free commit is put there, so that it can no longer land. */
  intended?: { parent: string };
}

export type Released =
  | { kind: 'released'; sequence: number }
  | { kind: 'was-free' }
  | { kind: 'foreign'; holder: Holder }
  | { kind: 'unknown'; why: string };

const races = 12;

/** Gives the lock back by the same swap that takes it. A lock of somebody else is never touched. */
export async function release(request: ReleaseRequest): Promise<Released> {
  const { git, environment, clock, signal } = request;
  let why = '';
  for (let race = 1; race <= races; race += 1) {
    const head = await readLock(git, environment);
    if (head.kind === 'unknown') return head;
    if (head.kind === 'absent') return { kind: 'was-free' };
    const { state } = head;
    const holder = state.state === 'held' ? state.holder : null;
    if (holder !== null && !request.mine(holder, state)) return { kind: 'foreign', holder };
    if (holder === null && request.intended?.parent !== head.sha) return { kind: 'was-free' };
    const result = await swap({ git, environment, head, clock, signal, next: { state: 'free', hold: state.hold, holder: state.holder, reason: request.reason, why: 'release' } });
    if (result.kind === 'won') return { kind: 'released', sequence: state.seq + 1 };
    if (result.kind === 'unknown') return result;
    why = result.why;
    await clock.sleep(100 * race, signal);
  }
  return { kind: 'unknown', why: `the lock could not be moved ${races} times in a row: ${why}` };
}
