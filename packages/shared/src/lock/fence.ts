import type { Clock } from '../action/definition.ts';
import type { GitRefClient } from './git-ref-client.ts';
import { readLock } from './read.ts';
import { sameRun, type Holder } from './state.ts';
import { swap } from './swap.ts';

export interface FenceRequest {
  git: GitRefClient;
  environment: string;
  /** `runHolder(run)`: matched by repository, run and attempt, since the job that acquired may be another one. */
  holder: Holder;
  clock: Clock;
  signal: AbortSignal;
}

export type Fence = { kind: 'held'; sequence: number } | { kind: 'lost'; holder: Holder | null } | { kind: 'unknown'; why: string };

/** Jobs of one run fence at the same time: whoever loses the race reads again, while the lock is still the run's. */
const races = 12;

/** Renews the lock by a swap, right before a step that cannot be taken back. Anything but `held` means: do not take the step. */
export async function fence(request: FenceRequest): Promise<Fence> {
  const { git, environment, clock, signal } = request;
  let why = '';
  for (let race = 1; race <= races; race += 1) {
    signal.throwIfAborted();
    const head = await readLock(git, environment);
    if (head.kind === 'unknown') return head;
    const holder = head.kind === 'read' && head.state.state === 'held' ? head.state.holder : null;
    if (head.kind === 'absent' || holder === null || !sameRun(holder, request.holder)) return { kind: 'lost', holder };
    const { hold, reason } = head.state;
    const result = await swap({ git, environment, head, clock, signal, next: { state: 'held', hold, holder, reason, why: 'renew' } });
    if (result.kind === 'won') return { kind: 'held', sequence: head.state.seq + 1 };
    if (result.kind === 'unknown') return result;
    why = result.why;
    await clock.sleep(50 * race + Math.random() * 200, signal);
  }
  return { kind: 'unknown', why: `the lock could not be renewed ${races} times in a row: ${why}` };
}
