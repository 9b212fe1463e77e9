import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RunContext } from '../action/definition.ts';

export type Hold = 'run' | 'job';

/** Who holds: one attempt of one run, or a runner on somebody's machine. The nonce is that of the process which acquired first. */
export type Holder = z.infer<typeof holder>;
export type RunHolder = z.infer<typeof ofActions>;

/** What one commit on the lock's ref says. `seq` grows by one with every commit: it is the fencing token. */
export type LockState = z.infer<typeof state>;

export type Message = { kind: 'state'; state: LockState } | { kind: 'foreign'; why: string };

const who = { repo: z.string(), actor: z.string(), nonce: z.string().min(1) };

const ofActions = z.object({
  kind: z.literal('actions'),
  ...who,
  run_id: z.number().int(),
  run_attempt: z.number().int(),
  /** The key of the job in its workflow. */
  job: z.string(),
  /** GitHub's number of the job (`job.check_run_id`), where it was given: only by it can a single job be looked up. */
  job_id: z.number().int().optional(),
  url: z.string(),
});

const ofLaptop = z.object({
  kind: z.literal('local'),
  ...who,
  host: z.string(),
  pid: z.number().int(),
  /** Who sits before it. */
  user: z.string().optional(),
  /** The deploy, as a run's number is of a run. */
  run: z.string().optional(),
  job: z.string().optional(),
});

const holder = z.discriminatedUnion('kind', [ofActions, ofLaptop]);

const VERSION = 2;

const state = z.object({
  v: z.literal(VERSION),
  seq: z.number().int().nonnegative(),
  state: z.enum(['held', 'free']),
  env: z.string(),
  hold: z.enum(['run', 'job']),
  holder: holder.nullable(),
  /** When the holder got it, by GitHub's clock; empty in the very commit that took it, whose own date it is. */
  since: z.string().default(''),
  /** The job that wrote this commit. */
  phase: z.string().default(''),
  reason: z.string(),
  why: z.enum(['acquire', 'renew', 'release', 'steal', 'force']),
  /** Whom a steal or a force took it from. */
  prev_holder: holder.nullable().default(null),
}).refine((value) => value.state === 'free' || value.holder !== null);

/** As the configuration has them; below `refs/heads/deploy-lock/` a valid and single part of a ref, in one spelling only. */
export function isEnvironmentName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}

export function lockRef(environment: string): string {
  return `refs/heads/deploy-lock/${environment}`;
}

/**
 * Whoever this process works for: a run of GitHub's, or the deploy of a laptop.
 * @param jobId GitHub's number of the job; it also tells the jobs of a matrix apart, which share a name
 */
export function holderOf(run: RunContext, jobId?: number): Holder {
  const { laptop } = run;
  if (laptop !== undefined) return { kind: 'local', repo: run.repository, host: laptop.host, pid: laptop.pid, user: laptop.user, run: laptop.id, job: run.job, actor: run.actor, nonce: randomUUID() };
  return { kind: 'actions', repo: run.repository, run_id: run.runId, run_attempt: run.runAttempt, job: run.job, ...(jobId === undefined ? {} : { job_id: jobId }), url: run.runUrl, actor: run.actor, nonce: randomUUID() };
}

export function sameRun(one: Holder, other: Holder): boolean {
  if (one.kind === 'local' && other.kind === 'local') return one.run !== undefined && one.run === other.run;
  return one.kind === 'actions' && other.kind === 'actions' && isRun(one, other) && one.run_attempt === other.run_attempt;
}

/** Whether `one` is an attempt of the same run before `other`. */
export function earlierAttempt(one: Holder, other: Holder): boolean {
  return one.kind === 'actions' && other.kind === 'actions' && isRun(one, other) && one.run_attempt < other.run_attempt;
}

export function sameJob(one: Holder, other: Holder): boolean {
  if (one.kind === 'local' && other.kind === 'local') return sameRun(one, other) && one.job === other.job;
  return sameRun(one, other) && one.kind === 'actions' && other.kind === 'actions' && one.job === other.job && one.job_id === other.job_id;
}

function isRun(one: RunHolder, other: RunHolder): boolean {
  return one.repo.toLowerCase() === other.repo.toLowerCase() && one.run_id === other.run_id;
}

/** `[skip ci]`: a write by an App's token would start push workflows. */
export function writeMessage(value: LockState): string {
  const title = `deploy-lock ${value.env}: ${value.why} #${value.seq} [skip ci]`;
  return `${title}\n\n${JSON.stringify(value, null, 2)}\n`;
}

/** The state in a commit's message. Whatever is not ours is named as it is, and never taken for a free lock. */
export function readMessage(message: string): Message {
  const start = message.indexOf('{');
  if (start < 0) return { kind: 'foreign', why: 'holds no lock state' };
  let value: unknown;
  try {
    value = JSON.parse(message.slice(start));
  } catch {
    return { kind: 'foreign', why: 'holds no lock state' };
  }
  const version = versioned.safeParse(value).data?.v;
  if (version !== undefined && version !== VERSION) return { kind: 'foreign', why: `holds a lock state of version ${version}, and this suite knows version ${VERSION}: use the suite that wrote it` };
  const parsed = state.safeParse(value);
  return parsed.success ? { kind: 'state', state: parsed.data } : { kind: 'foreign', why: `holds a lock state that is not whole (${parsed.error.issues[0]?.path.join('.') ?? ''})` };
}

const versioned = z.object({ v: z.number() });
