import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RunContext } from '../action/definition.ts';

export type Hold = 'run' | 'job';

/** Who holds: one attempt of one run. The nonce is that of the process which acquired first. */
export type Holder = z.infer<typeof holder>;

/** What one commit on the lock's ref says. `seq` grows by one with every commit: it is the fencing token. */
export type LockState = z.infer<typeof state>;

const holder = z.object({
  kind: z.string(),
  repo: z.string(),
  run_id: z.number().int(),
  run_attempt: z.number().int(),
  job: z.string(),
  url: z.string(),
  actor: z.string(),
  nonce: z.string(),
});

const state = z.object({
  v: z.literal(2),
  seq: z.number().int().nonnegative(),
  state: z.enum(['held', 'free']),
  env: z.string(),
  hold: z.enum(['run', 'job']),
  holder: holder.nullable(),
  reason: z.string(),
  why: z.string(),
}).refine((value) => value.state === 'free' || value.holder !== null);

export function lockRef(environment: string): string {
  return `refs/heads/deploy-lock/${environment}`;
}

/** @param job tells jobs of one run apart; a matrix gives the check run's id, since its jobs share a name */
export function runHolder(run: RunContext, job: string = run.job): Holder {
  return { kind: 'actions', repo: run.repository, run_id: run.runId, run_attempt: run.runAttempt, job, url: run.runUrl, actor: run.actor, nonce: randomUUID() };
}

export function sameRun(one: Holder, other: Holder): boolean {
  return one.kind === other.kind && one.repo.toLowerCase() === other.repo.toLowerCase() && one.run_id === other.run_id && one.run_attempt === other.run_attempt;
}

/** Whether `one` is an attempt of the same run before `other`. */
export function earlierAttempt(one: Holder, other: Holder): boolean {
  return sameRun({ ...one, run_attempt: other.run_attempt }, other) && one.run_attempt < other.run_attempt;
}

export function describeHolder(one: Holder): string {
  return `${one.repo} run ${one.run_id} attempt ${one.run_attempt}, job ${one.job}, by @${one.actor} (${one.url})`;
}

/** `[skip ci]`: a write by an App's token would start push workflows. */
export function writeMessage(value: LockState): string {
  const title = `deploy-lock ${value.env}: ${value.why} #${value.seq} [skip ci]`;
  return `${title}\n\n${JSON.stringify(value, null, 2)}\n`;
}

/** The state in a commit's message, or null when it is not ours: never taken for a free lock. */
export function readMessage(message: string): LockState | null {
  const start = message.indexOf('{');
  if (start < 0) return null;
  try {
    return state.parse(JSON.parse(message.slice(start)));
  } catch {
    return null;
  }
}
