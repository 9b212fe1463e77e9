import type { Result } from '../outcome.ts';
import type { Held } from '../concurrency/enter.ts';
import { type Contexts, holds, type Json, type StatusFunctions } from '../expressions/evaluate.ts';
import type { JobPlan, WorkflowPlan, Permissions } from '../plan/types.ts';
import { githubContext } from './contexts.ts';
import { runLegs } from './legs.ts';
import { failedToStart, report } from './report.ts';
import type { Run } from './run.ts';

export interface JobResult {
  /** What `needs` and the conditions of later jobs see: a forgiven failure is a success (J3). */
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
  /** Not taken from the run before (re-run of failed jobs). */
  readonly ran: boolean;
}

export interface Calling {
  readonly run: Run;
  readonly plan: WorkflowPlan;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Ids of the calling jobs, outermost first, and their names. */
  readonly prefix: readonly string[];
  readonly names: readonly string[];
  /** Concurrency groups that are held around these jobs. */
  readonly held: Held;
  /** Something that the calling job needs was run again: then everything here is. */
  readonly upstreamReran: boolean;
  /** What the caller's token may; a job without `permissions` of its own has that (W4). */
  readonly granted: Permissions;
}

/** Runs the jobs of one workflow, each as soon as its needs have ended. */
export async function runJobs(calling: Calling): Promise<{ states: ReadonlyMap<string, JobResult> }> {
  const running = new Map<string, Promise<JobResult>>();
  const states = new Map<string, JobResult>();
  const start = (job: JobPlan): Promise<JobResult> => {
    const known = running.get(job.id);
    if (known !== undefined) return known;
    const promise = Promise.all(job.needs.map((need) => start(jobOf(calling.plan, need)))).then(async () => {
      const state = await runOne(job, calling, states);
      states.set(job.id, state);
      return state;
    });
    running.set(job.id, promise);
    return promise;
  };
  await Promise.all(calling.plan.jobs.map(start));
  return { states };
}

async function runOne(job: JobPlan, calling: Calling, states: ReadonlyMap<string, JobResult>): Promise<JobResult> {
  const { run, plan } = calling;
  const contexts: Contexts = {
    github: githubContext(run),
    needs: needsContext(job, states),
    inputs: { ...calling.inputs },
    vars: { ...run.options.variables },
  };
  const id = [...calling.prefix, job.id].join(' / ');
  const status = jobStatus(job, plan, states, run);
  const reran = calling.upstreamReran || ancestorsOf(job.needs, plan).some((one) => states.get(one)?.ran === true);
  try {
    if (run.shutdown.signal.aborted || !holds(job.condition, contexts, status)) {
      report(run, { id, name: [...calling.names, job.id].join(' / '), result: 'skipped', seconds: 0, outputs: {}, steps: [] });
      return { result: 'skipped', outputs: {}, ran: false };
    }
    return await runLegs({ job, calling, contexts, id, reran, stillHolds: () => holds(job.condition, contexts, status), runJobs });
  } catch (error) {
    return failedToStart(run, id, error);
  }
}

/** success() looks at all ancestors: one that was skipped or failed skips this job (J1); with job ids, at those. */
function jobStatus(job: JobPlan, plan: WorkflowPlan, states: ReadonlyMap<string, JobResult>, run: Run): StatusFunctions {
  const asked = (ids: readonly string[]): (Result | undefined)[] => (ids.length > 0 ? ids : ancestorsOf(job.needs, plan)).map((id) => states.get(id)?.result);
  return {
    success: (ids) => !run.cancel.signal.aborted && asked(ids).every((result) => result === 'success'),
    failure: (ids) => !run.cancel.signal.aborted && asked(ids).includes('failure'),
    cancelled: () => run.cancel.signal.aborted,
  };
}

function ancestorsOf(needs: readonly string[], plan: WorkflowPlan): string[] {
  const found = new Set<string>();
  const visit = (ids: readonly string[]): void => {
    for (const id of ids.filter((one) => !found.has(one))) {
      found.add(id);
      visit(jobOf(plan, id).needs);
    }
  };
  visit(needs);
  return [...found];
}

/** Direct needs only (J2). */
function needsContext(job: JobPlan, states: ReadonlyMap<string, JobResult>): Json {
  return Object.fromEntries(
    job.needs.map((id) => {
      const state = states.get(id);
      return [id, { result: state?.result ?? 'skipped', outputs: { ...state?.outputs } }];
    }),
  );
}

/** `needs` names ids as they are written. */
function jobOf(plan: WorkflowPlan, id: string): JobPlan {
  const job = plan.jobs.find((one) => one.id === id) ?? plan.jobs.find((one) => one.id.toLowerCase() === id.toLowerCase());
  if (job === undefined) throw new Error(`The plan of ${plan.file} has no job ${id}.`);
  return job;
}
