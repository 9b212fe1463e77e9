import type { SteadyClock } from './clock.ts';
import { describeHolder } from './describe.ts';
import type { GitRefClient } from './git-ref-client.ts';
import { readLock } from './read.ts';
import { lockRef, type Holder } from './state.ts';
import { swap, type Head } from './swap.ts';

export interface FenceRequest {
  git: GitRefClient;
  environment: string;
  /** By the nonce that acquiring gave, or by run and attempt: the job that acquired may be another one. */
  mine(holder: Holder): boolean;
  /** The job that asks. */
  phase: string;
  clock: SteadyClock;
  signal: AbortSignal;
}

/** `why` is the end of a sentence. */
export type Fence = { kind: 'held'; sequence: number } | { kind: 'lost'; holder: Holder | null; why: string } | { kind: 'unknown'; why: string };

/** Jobs of one run fence at the same time: whoever loses the race reads again, while the lock is still the run's. */
const races = 12;

/** A reading may be old: that the lock is not ours is believed when it is read again and again. */
const lookings = 3;
const LOOK_AGAIN_MS = 1_500;

/** Renews the lock by a swap, right before a step that cannot be taken back. Anything but `held` means: do not take the step. */
export async function fence(request: FenceRequest): Promise<Fence> {
  const { git, environment, phase, clock, signal } = request;
  let why = '';
  let strange = 0;
  for (let race = 1; race <= races; race += 1) {
    signal.throwIfAborted();
    const head = await readLock(git, environment);
    if (head.kind === 'foreign' || head.kind === 'denied' || head.kind === 'unknown') return { kind: 'unknown', why: head.why };
    const holder = head.kind === 'read' && head.state.state === 'held' ? head.state.holder : null;
    if (head.kind === 'absent' || holder === null || !request.mine(holder)) {
      strange += 1;
      if (strange === lookings) return { kind: 'lost', holder, why: whyLost(head, holder, environment) };
      await clock.sleep(LOOK_AGAIN_MS, signal);
      continue;
    }
    const { hold, reason, since } = head.state;
    const result = await swap({ git, environment, head, clock, signal, next: { state: 'held', hold, holder, since, phase, reason, why: 'renew', prev_holder: null } });
    if (result.kind === 'won') return { kind: 'held', sequence: result.head.state.seq };
    if (result.kind !== 'lost') return { kind: 'unknown', why: result.why };
    why = result.why;
    await clock.sleep(50 * race + Math.random() * 200, signal);
  }
  return { kind: 'unknown', why: `the lock could not be renewed ${races} times in a row: ${why}` };
}

function whyLost(head: Head, holder: Holder | null, environment: string): string {
  if (head.kind === 'absent') return `there is none: ${lockRef(environment)} does not exist`;
  return holder === null ? 'it is free' : `it is held by ${describeHolder(holder)}`;
}
