import type { ActionContext } from '@vendure-deploy/shared/action';
import { type FlyClient, type Lease, leaseSentence, outwaitLeases, sentence } from '@vendure-deploy/shared/providers/fly';
import { worthAnother } from './again.ts';
import { gate, pace } from './gate.ts';
import type { Goal, Look } from './goal.ts';
import type { inputs as declared } from './io.ts';
import type { Attempt } from './judge.ts';
import type { Observed } from './observe.ts';
import { settleFleet } from './settle-fleet.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { Transience } from './transience.ts';

/** `L`: what is read back of the app, the shop's or the Redis's. */
export interface Attempts<L extends Look> {
  readonly context: ActionContext<typeof declared>;
  readonly goal: Goal<L>;
  readonly fly: FlyClient;
  readonly watch: Stopwatch;
  readonly read: () => Promise<L>;
  /** What was read last. */
  readonly before: L;
  /** What has to be so before flyctl may run; each time. */
  readonly prepare: (last: L) => Promise<void>;
  /** One flyctl run that may take that long. */
  readonly deploy: (deadlineMs: number) => Promise<Attempt>;
  /** Renews the lock; why it is not ours, or null. */
  readonly fence: () => Promise<string | null>;
}

export interface Attempted<L extends Look = Observed> {
  readonly attempt: Attempt;
  readonly observed: L;
  readonly runs: number;
  /** Why there was a second run; null: there was none. */
  readonly again: Transience | null;
  /** What a flyctl that was killed still holds: each ends by itself. */
  readonly leases: readonly Lease[];
  /** Why there was no second run although one would have been worth it. */
  readonly stopped: string | null;
}

/** One flyctl run and what it left; one more where the truth that was read says that it is safe and still needed (never a blind retry, I9). */
export async function attempts<L extends Look>(a: Attempts<L>): Promise<Attempted<L>> {
  const { context, goal, watch, deploy } = a;
  const { inputs, log, clock } = context;
  const deadline = clock.now() + inputs['deploy-timeout-seconds'] * 1000;
  const run = async (last: L): Promise<Pick<Attempted<L>, 'attempt' | 'observed' | 'leases'>> => {
    await a.prepare(last);
    const attempt = await log.group('Deploy with flyctl', () => deploy(deadline - clock.now()));
    // At once: they end within seconds.
    const leases = await leasesLeft(a, attempt);
    return { attempt, leases, observed: await watch.time('gate', () => log.group('Read back', () => readBack(a, attempt))) };
  };
  const first = await run(a.before);
  const why = worthAnother(first.attempt, goal.convergence(first.observed));
  if (why === null) return { ...first, runs: 1, again: null, stopped: null };
  log.warning(`fly-deploy: flyctl failed for a reason that passes by itself (${why}), and ${goal.app} is not at the target: one more run, once the Machines have settled.`);
  const stopped = (await watch.time('settle', () => log.group('Settle', () => calm(a, first.observed, why)))) ?? (await a.fence());
  if (stopped !== null) return { ...first, runs: 1, again: null, stopped };
  return { ...(await run(first.observed)), runs: 2, again: why, stopped: null };
}

/** What else has to be known of what was tried, in sentences. */
export function remarksOn({ leases, stopped }: Pick<Attempted, 'leases' | 'stopped'>): string[] {
  return [
    ...(stopped === null ? [] : [`No second run of flyctl was tried: ${stopped}.`]),
    ...(leases.length === 0 ? [] : [`flyctl left leases, which end by themselves: ${leases.map((lease) => leaseSentence(lease, '')).join('; ')}.`]),
  ];
}

function readBack<L extends Look>({ context, goal, read }: Attempts<L>, attempt: Attempt): Promise<L> {
  const { budgetMs, intervalMs } = pace(context.inputs);
  // After a cancel there are seconds left, not minutes: one read tells what serves.
  return gate({ ...context, read, goal, intervalMs, budgetMs: attempt.kind === 'ended' && !attempt.cancelled ? budgetMs : 0 });
}

/** Best effort: the verdict does not hang on it. */
async function leasesLeft({ fly, context: { log } }: Pick<Attempts<never>, 'fly' | 'context'>, attempt: Attempt): Promise<readonly Lease[]> {
  const wasKilled = attempt.kind === 'ended' && !attempt.cancelled && (attempt.exitCode === null || attempt.timedOut);
  if (!wasKilled) return [];
  try {
    return await fly.leases((await fly.machines()).map(({ id }) => id));
  } catch (error) {
    log.info(`Which leases flyctl left could not be read: ${error instanceof Error ? error.message : String(error)}.`);
    return [];
  }
}

/** @returns what still stands in the way when the time for settling is over, or null */
async function calm({ context, fly }: Pick<Attempts<never>, 'fly' | 'context'>, observed: Look, why: Transience): Promise<string | null> {
  const { inputs, clock, signal, log } = context;
  if (why === 'lease-held') {
    const held = await outwaitLeases({ fly, machines: observed.machines.map(({ id }) => id), clock, signal, log, budgetMs: inputs['settle-seconds'] * 1000 });
    if (held.length > 0) return held.join('; ');
  }
  const waiting = await settleFleet(context, fly);
  return waiting.length === 0 ? null : waiting.map(sentence).join('; ');
}
