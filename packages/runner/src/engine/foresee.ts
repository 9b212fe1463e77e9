import { type Contexts, type Json, textOf, valueOf } from '../expressions/evaluate.ts';
import type { RunOptions } from '../options.ts';
import type { Permissions, WorkflowPlan } from '../plan/types.ts';
import { callInputs, startInputs } from './inputs.ts';

/** A job as far as it is known before anything runs: by the inputs alone, without its condition. */
export interface Foreseen {
  /** `caller / inner` for the jobs of a called workflow. */
  readonly id: string;
  readonly needs: readonly string[];
  /** '' when it names none; null when only the run itself will know. */
  readonly environment: string | null;
  readonly permissions: Permissions;
  readonly file: string;
  readonly steps: number;
}

type Start = Pick<RunOptions, 'repository' | 'sha' | 'ref' | 'event' | 'actor' | 'runId' | 'defaultBranch'>;

/** What a run of that plan would have of jobs, and with which inputs. @throws {Refused} an input that the workflow does not take */
export function foresee(plan: WorkflowPlan, start: Start): { readonly inputs: Readonly<Record<string, Json>>; readonly jobs: readonly Foreseen[] } {
  const inputs = startInputs(plan, start.event);
  const github = {
    repository: start.repository, sha: start.sha, ref: start.ref, ref_name: start.ref.replace(/^refs\/(?:heads|tags)\//u, ''), actor: start.actor, run_id: String(start.runId), event_name: start.event.name,
    event: { inputs: { ...start.event.inputs }, repository: { default_branch: start.defaultBranch ?? 'main' } },
  };
  return { inputs, jobs: jobsOf(plan, { github, inputs, vars: {}, needs: {} }, [], {}) };
}

function jobsOf(plan: WorkflowPlan, contexts: Contexts, prefix: readonly string[], granted: Permissions): Foreseen[] {
  return plan.jobs.flatMap((job) => {
    const permissions = job.permissions ?? plan.permissions ?? granted;
    const path = [...prefix, job.id];
    if (job.kind === 'call') {
      const inner = known(() => callInputs(job.callee, job.with === null ? {} : (valueOf(job.with, contexts) as Record<string, Json>), contexts));
      // Without them whatever hangs on an input is not known either.
      const { inputs: _, ...rest } = contexts;
      return jobsOf(job.callee, inner === null ? rest : { ...rest, inputs: inner }, path, permissions);
    }
    const environment = known(() => textOf(job.environmentName, contexts));
    return [{ id: path.join(' / '), needs: job.needs.map((need) => [...prefix, need].join(' / ')), environment, permissions, file: plan.file, steps: job.steps.length }];
  });
}

/** null: it hangs on what a job will say. */
function known<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
