import type { SteadyClock } from './clock.ts';
import type { GitRefClient } from './git-ref-client.ts';
import { judgeHolder, type Judgement } from './judge.ts';
import { readLock, type Unreadable } from './read.ts';
import type { Intended } from './release.ts';
import type { StandingReader } from './standing.ts';
import { lockRef, sameJob, sameRun, type Hold, type Holder, type LockState } from './state.ts';
import { swap, type Known } from './swap.ts';

export interface AcquireRequest extends StandingReader {
  git: GitRefClient;
  environment: string;
  holder: Holder;
  hold: Hold;
  reason: string;
  /** The job that asks. */
  phase: string;
  /** From whom it may be taken: `dead` from a run that has ended; `silent` also from a machine without a sign of life; `anybody` is a person's decision, once. */
  from: 'dead' | 'silent' | 'anybody';
  waitMs: number;
  clock: SteadyClock;
  signal: AbortSignal;
  /** What may land from now on, before it is tried. Not called for entering what is held already. */
  intend?(intended: Intended): void;
  waiting?(busy: Busy, leftMs: number): void;
  random?: () => number;
}

export interface Busy {
  readonly holder: Holder;
  readonly state: LockState;
  readonly judgement: Judgement;
}

export type Acquired =
  | { kind: 'held'; head: Known; holder: Holder; reentered: boolean; /** Whose it was, when it was taken. */ previous: Holder | null }
  | { kind: 'busy'; busy: Busy }
  | Unreadable;

/** A lost race means that another won: after this many in a row with a free lock between them, something else is wrong. */
const races = 12;

/** Nobody who waits is left without a line for longer. */
const LINE_MS = 15_000;

/** Takes the lock, or enters it again when this attempt of this run holds it already. Only a successful swap grants it. */
export async function acquire(request: AcquireRequest): Promise<Acquired> {
  const { git, environment, clock, signal } = request;
  const random = request.random ?? Math.random;
  const ends = clock.now() + request.waitMs;
  const wait = waiter(request, ends, random);
  const silence = silenceOf(clock);
  let lost = 0;
  let busy: Busy | null = null;
  let forced: Holder | null = null;
  for (;;) {
    signal.throwIfAborted();
    const head = await readLock(git, environment);
    if (head.kind === 'unknown' && busy !== null && clock.now() < ends) {
      await wait(busy);
      continue;
    }
    if (head.kind === 'unknown' || head.kind === 'denied' || head.kind === 'foreign') return head;
    if (head.kind === 'absent' && silence.seen()) return { kind: 'unknown', why: `${lockRef(environment)} is gone: somebody deleted it meanwhile` };
    const quietMs = silence.of(head);
    const state = head.kind === 'read' ? head.state : null;
    // A person has decided about that holder, and about nobody who comes after it.
    const isDecided = forced === null || state?.holder?.nonce === forced.nonce;
    const plan = await planFor(state, { ...request, from: request.from === 'anybody' && !isDecided ? 'dead' : request.from }, quietMs);
    if (plan.kind === 'wait') {
      busy = plan;
      if (clock.now() >= ends) return { kind: 'busy', busy };
      await wait(busy);
      continue;
    }
    const isEntering = plan.next.why === 'renew';
    if (plan.next.why === 'force') forced = plan.next.prev_holder;
    const result = await swap({ git, environment, head, clock, signal, next: plan.next, ...(isEntering ? {} : { intend: ({ sha, state: { seq } }) => request.intend?.({ sha, parent: head.kind === 'read' ? head.sha : '', sequence: seq }) }) });
    if (result.kind === 'won') return { kind: 'held', head: result.head, holder: plan.next.holder, reentered: isEntering, previous: plan.next.prev_holder };
    if (result.kind !== 'lost') return result;
    lost += 1;
    if (lost >= races) return { kind: 'unknown', why: `the lock could not be moved ${races} times in a row: ${result.why}` };
    await clock.sleep(200 + random() * 800, signal);
  }
}

type Next = Omit<LockState, 'v' | 'seq' | 'env'> & { holder: Holder };
type Plan = ({ kind: 'wait' } & Busy) | { kind: 'swap'; next: Next };
type Me = Pick<AcquireRequest, 'holder' | 'hold' | 'reason' | 'phase' | 'from'>;

async function planFor(state: LockState | null, request: AcquireRequest, quietMs: number): Promise<Plan> {
  const plan = planAcquire(state, request);
  if (plan.kind !== 'judge') return plan;
  const { holder } = plan;
  const judgement = judgeHolder(holder.kind === 'local' ? { kind: 'silence', ms: quietMs, steal: request.from === 'silent' } : await request.standingOf(holder, plan.state.hold));
  return judgement.kind === 'dead' ? { kind: 'swap', next: take(request, 'steal', holder) } : { kind: 'wait', holder, state: plan.state, judgement };
}

/** Pure: what to do about the state that was read. */
export function planAcquire(state: LockState | null, me: Me): { kind: 'swap'; next: Next } | { kind: 'judge'; holder: Holder; state: LockState } {
  const holder = state?.state === 'held' ? state.holder : null;
  if (state === null || holder === null) return { kind: 'swap', next: take(me, 'acquire', null) };
  // Held for one job, the lock goes with that job's end: another job of the run must not build on it.
  const isMine = holder.nonce === me.holder.nonce || (state.hold === 'run' ? sameRun(holder, me.holder) : sameJob(holder, me.holder));
  if (isMine) return { kind: 'swap', next: { state: 'held', hold: state.hold, holder, since: state.since, phase: me.phase, reason: state.reason, why: 'renew', prev_holder: null } };
  if (me.from === 'anybody') return { kind: 'swap', next: take(me, 'force', holder) };
  return { kind: 'judge', holder, state };
}

function take({ holder, hold, reason, phase }: Me, why: 'acquire' | 'steal' | 'force', from: Holder | null): Next {
  return { state: 'held', hold, holder, since: '', phase, reason, why, prev_holder: from };
}

/** How long the head has been the same, for this observer. */
function silenceOf(clock: SteadyClock): { seen(): boolean; of(head: { kind: 'absent' } | { kind: 'read'; sha: string }): number } {
  let known: { sha: string; at: number } | null = null;
  return {
    seen: () => known !== null,
    of(head) {
      if (head.kind === 'absent') return 0;
      if (known?.sha !== head.sha) known = { sha: head.sha, at: clock.now() };
      return clock.now() - known.at;
    },
  };
}

/** 5 to 30 s, half of it jitter, so that waiters do not ask in step; sooner where the end of the other's hold is known. */
function waiter({ clock, signal, waiting }: AcquireRequest, ends: number, random: () => number): (busy: Busy) => Promise<void> {
  let pauseMs = 5_000;
  return async (busy) => {
    const { judgement } = busy;
    const free = judgement.kind === 'holds' && judgement.freeInMs !== null ? judgement.freeInMs + 1_000 : Infinity;
    const until = Math.min(clock.now() + Math.min(pauseMs * (0.5 + random() / 2), free), ends);
    pauseMs = Math.min(pauseMs * 1.5, 30_000);
    do {
      waiting?.(busy, ends - clock.now());
      await clock.sleep(Math.min(LINE_MS, Math.max(until - clock.now(), 0)), signal);
    } while (clock.now() < until);
  };
}
