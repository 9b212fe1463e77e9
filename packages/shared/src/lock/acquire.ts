import type { Clock } from '../action/definition.ts';
import type { GitRefClient } from './git-ref-client.ts';
import { readLock } from './read.ts';
import { earlierAttempt, sameRun, type Hold, type Holder, type LockState } from './state.ts';
import { swap } from './swap.ts';

export interface AcquireRequest {
  git: GitRefClient;
  environment: string;
  holder: Holder;
  hold: Hold;
  reason: string;
  waitMs: number;
  clock: Clock;
  signal: AbortSignal;
  /** What may land from now on, before it is tried. */
  intend?(commit: { sha: string; parent: string }): void;
  waiting?(holder: Holder): void;
  random?: () => number;
}

export type Acquired =
  | { kind: 'held'; sequence: number; holder: Holder; reentered: boolean }
  | { kind: 'busy'; holder: Holder }
  | { kind: 'unknown'; why: string };

/** A lost race means that another won: after this many in a row with a free lock between them, something else is wrong. */
const races = 12;

/** Takes the lock, or enters it again when this attempt of this run holds it already. Only a successful swap grants it. */
export async function acquire(request: AcquireRequest): Promise<Acquired> {
  const { git, environment, clock, signal } = request;
  const random = request.random ?? Math.random;
  const ends = clock.now() + request.waitMs;
  let lost = 0;
  let pauseMs = 5_000;
  for (;;) {
    signal.throwIfAborted();
    const head = await readLock(git, environment);
    if (head.kind === 'unknown') return head;
    const plan = planAcquire(head.kind === 'read' ? head.state : null, request);
    if (plan.kind === 'wait') {
      if (clock.now() >= ends) return { kind: 'busy', holder: plan.holder };
      request.waiting?.(plan.holder);
      // 5 to 30 s, half of it jitter, so that waiters do not ask in step.
      await clock.sleep(Math.min(pauseMs * (0.5 + random() / 2), Math.max(ends - clock.now(), 0)), signal);
      pauseMs = Math.min(pauseMs * 1.5, 30_000);
      continue;
    }
    const parent = head.kind === 'read' ? head.sha : '';
    const result = await swap({ git, environment, head, clock, signal, next: plan.next, intend: (sha) => request.intend?.({ sha, parent }) });
    if (result.kind === 'won') return { kind: 'held', sequence: (head.kind === 'read' ? head.state.seq : 0) + 1, holder: plan.next.holder, reentered: plan.reentered };
    if (result.kind === 'unknown') return result;
    lost += 1;
    if (lost >= races) return { kind: 'unknown', why: `the lock could not be moved ${races} times in a row: ${result.why}` };
    await clock.sleep(200 + random() * 800, signal);
  }
}

type Plan =
  | { kind: 'wait'; holder: Holder }
  | { kind: 'swap'; reentered: boolean; next: Omit<LockState, 'v' | 'seq' | 'env'> & { holder: Holder } };

/** Pure: what to do about the state that was read. */
export function planAcquire(state: LockState | null, me: { holder: Holder; hold: Hold; reason: string }): Plan {
  const fresh: Plan = { kind: 'swap', reentered: false, next: { state: 'held', hold: me.hold, holder: me.holder, reason: me.reason, why: 'acquire' } };
  const holder = state?.state === 'held' ? state.holder : null;
  if (state === null || holder === null) return fresh;
  // GitHub starts another attempt of a run only when the earlier one has ended.
  if (earlierAttempt(holder, me.holder)) return fresh;
  // Held for one job, the lock goes with that job's end: another job of the run must not build on it.
  const mayEnter = sameRun(holder, me.holder) && (state.hold === 'run' || holder.job === me.holder.job);
  if (!mayEnter) return { kind: 'wait', holder };
  const hold = state.hold === 'run' ? 'run' : me.hold;
  return { kind: 'swap', reentered: true, next: { state: 'held', hold, holder, reason: state.reason, why: 'renew' } };
}
