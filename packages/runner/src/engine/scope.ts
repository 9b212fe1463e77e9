import { join } from 'node:path';
import type { Contexts, Json, StatusFunctions } from '../expressions/evaluate.ts';
import type { Result } from '../outcome.ts';
import type { Source, StepPlan } from '../plan/types.ts';
import type { Side } from './post.ts';
import type { Usage } from './usage.ts';
import { exportedVariables, runnerContext } from './contexts.ts';
import { jobContext, type JobState, jobStatus, type StepData } from './job-state.ts';

/** Where steps stand: in the job, or in one use of a composite action. */
export interface Scope {
  readonly job: JobState;
  readonly steps: Record<string, StepData>;
  /** Of a composite: its inputs are all it sees of its caller (A5). */
  readonly inputs: Readonly<Record<string, Json>> | null;
  /** The `env` of the steps that use this composite, outermost first (A6). */
  readonly environment: Readonly<Record<string, string>>;
  /** github.action_path and its relatives. */
  readonly github: Readonly<Record<string, Json>>;
  /** What `$/` means here; null in an action of the workspace. */
  readonly source: Source | null;
  readonly depth: number;
  /** Which step's log the lines go to; null in the job, where each step has its own. */
  readonly log: string | null;
  readonly usages: ReadonlyMap<StepPlan, Usage>;
  /** Pre and post of a composite's steps are judged by the job's status (SuccessFunction.cs). */
  readonly stage: 'pre' | 'main' | 'post';
  registerPost(post: Omit<Side, 'stage'>): void;
  /** Of a composite: its result so far, which success() and failure() of its main steps look at (S3). */
  status: Exclude<Result, 'skipped'>;
}

/** The contexts of a step. */
export function contextsOf(scope: Scope, environment: Readonly<Record<string, string>> = {}, github: Readonly<Record<string, Json>> = {}): Contexts {
  const { job } = scope;
  const { request } = job;
  const own: Record<string, Json> = { ...placesOf(job), ...scope.github, ...github, ...(scope.inputs === null ? {} : { action_status: scope.status }) };
  const shared = {
    github: { ...(request.contexts['github'] as Record<string, Json>), ...own },
    env: { ...job.environment, ...scope.environment, ...environment },
    job: jobContext(job),
    runner: runnerContext(runnerPlaces(job), job.debugging),
    steps: Object.fromEntries(Object.entries(scope.steps).map(([id, step]) => [id, { ...step }])),
    strategy: request.contexts['strategy'] ?? null,
    matrix: request.contexts['matrix'] ?? null,
  };
  if (scope.inputs !== null) return { ...shared, inputs: scope.inputs };
  return { ...request.contexts, ...shared, secrets: { ...request.secrets, GITHUB_TOKEN: request.machine.token } };
}

export function statusOf(scope: Scope): StatusFunctions {
  const job = jobStatus(scope.job);
  if (scope.inputs === null || scope.stage !== 'main') return job;
  return { ...job, success: () => scope.status === 'success', failure: () => scope.status === 'failure' };
}

/** What GitHub sets for every process of the job, after everything a workflow can set (A2, J10). */
export function standardVariables(scope: Scope, github: Readonly<Record<string, Json>>): Record<string, string> {
  const { job } = scope;
  const runner = runnerContext(runnerPlaces(job), job.debugging);
  return {
    ...exportedVariables({ ...(job.request.contexts['github'] as Record<string, Json>), ...placesOf(job), ...scope.github, ...github }),
    ...Object.fromEntries(Object.entries(runner).map(([key, value]) => [`RUNNER_${key.toUpperCase()}`, value])),
    GITHUB_ACTIONS: 'true',
  };
}

function placesOf(job: JobState): Record<string, string> {
  return { workspace: job.workspace, job: job.request.job.id, event_path: join(job.temp, '_github_workflow/event.json') };
}

function runnerPlaces(job: JobState): { temp: string; tools: string; workspace: string } {
  return { temp: job.temp, tools: job.tools, workspace: join(job.workspace, '..') };
}
