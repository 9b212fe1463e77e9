import type { SteadyClock } from './clock.ts';
import type { GitRefClient } from './git-ref-client.ts';
import { readLock, type Unreadable } from './read.ts';
import type { Holder, LockState } from './state.ts';
import { swap, type Head, type Known, type SwapRequest } from './swap.ts';

/** A commit that may land on its parent. Parent '': there was no lock. */
export interface Intended {
  readonly sha: string;
  readonly parent: string;
  readonly sequence: number;
}

export interface ReleaseRequest {
  git: GitRefClient;
  environment: string;
  /** Whose lock this process may give back. */
  mine(holder: Holder): boolean;
  reason: string;
  phase: string;
  clock: SteadyClock;
  signal: AbortSignal;
  /** The head when it was acquired: likely the head still, and then not read again. */
  known?: Known;
  /** An acquire whose outcome nobody knows: while the lock still stands at its parent, another commit is put there that says the same, so that it can no longer land. */
  intended?: Intended;
}

export type Released =
  | { kind: 'released'; sequence: number }
  | { kind: 'was-free' }
  /** Somebody else has it; it was not touched. */
  | { kind: 'lost'; holder: Holder; state: LockState }
  | Unreadable;

const races = 12;

/** Gives the lock back by the same swap that takes it. A lock of somebody else is never touched. */
export async function release(request: ReleaseRequest): Promise<Released> {
  const { git, environment, clock, signal } = request;
  let { known } = request;
  let why = 'what GitHub says of it is older than what is known';
  for (let race = 1; race <= races; race += 1) {
    const head = known ?? await readLock(git, environment);
    known = undefined;
    if (head.kind === 'unknown' || head.kind === 'denied' || head.kind === 'foreign') return head;
    const plan = planRelease(head, request);
    if (plan.kind === 'was-free' || plan.kind === 'lost') return plan;
    if (plan.kind === 'swap') {
      const result = await swap({ git, environment, head, clock, signal, next: plan.next });
      // It may have landed, and somebody moved on since.
      if (result.kind === 'won' || (result.kind === 'lost' && result.landed)) return plan.means;
      if (result.kind !== 'lost') return result;
      why = `the lock could not be moved: ${result.why}`;
    }
    await clock.sleep(100 * 2 ** Math.min(race, 6), signal);
  }
  return { kind: 'unknown', why };
}

type Plan = { kind: 'swap'; next: SwapRequest['next']; means: Released } | { kind: 'look-again' } | Extract<Released, { kind: 'was-free' } | { kind: 'lost' }>;

/** Pure: what to do about the head that was read. */
function planRelease(head: Head, { mine, intended, known, phase, reason }: ReleaseRequest): Plan {
  const state = head.kind === 'read' ? head.state : null;
  const holder = state?.state === 'held' ? state.holder : null;
  const seq = state?.seq ?? 0;
  const free: Plan = {
    kind: 'swap', next: { state: 'free', hold: state?.hold ?? 'job', holder: state?.holder ?? null, since: '', phase, reason, why: 'release', prev_holder: null }, means: { kind: 'released', sequence: seq + 1 },
  };
  if (intended !== undefined && intended.parent === (head.kind === 'read' ? head.sha : '')) {
    // What it says stays as it is, also where it would have been stolen or forced: only its commit becomes another one.
    return state === null || holder === null ? free : { kind: 'swap', next: { ...state, why: 'renew', prev_holder: null }, means: { kind: 'lost', holder, state } };
  }
  if (seq < (known?.state.seq ?? intended?.sequence ?? 0)) return { kind: 'look-again' };
  if (state === null || holder === null) return { kind: 'was-free' };
  return mine(holder) ? free : { kind: 'lost', holder, state };
}
