import { hashFiles } from '../search/hash-files.ts';
import type { Contexts, Json, StatusFunctions } from '../expressions/evaluate.ts';
import type { MatcherSet } from '../commands/matchers.ts';
import type { Masker } from '../masking/masker.ts';
import type { JobMachine } from '../options.ts';
import type { Result, StepOutcome } from '../outcome.ts';
import type { StepsJob, WorkflowPlan } from '../plan/types.ts';
import type { BackgroundSteps } from './background.ts';
import type { JobLog } from './log.ts';
import type { Run } from './run.ts';

export interface JobRequest {
  readonly run: Run;
  readonly plan: WorkflowPlan;
  readonly job: StepsJob;
  /** `caller / inner (leg)`. */
  readonly id: string;
  readonly name: string;
  /** github, needs, inputs, vars, strategy and matrix. */
  readonly contexts: Contexts;
  readonly secrets: Readonly<Record<string, string>>;
  readonly machine: JobMachine;
  readonly cancel: AbortController;
}

/** What the steps of one job share and change. */
export interface JobState {
  readonly request: JobRequest;
  readonly checkRunId: number;
  readonly workspace: string;
  readonly temp: string;
  readonly tools: string;
  readonly trackingId: string;
  /** ACTIONS_STEP_DEBUG. */
  readonly debugging: boolean;
  readonly masker: Masker;
  readonly log: JobLog;
  readonly outcomes: StepOutcome[];
  /** Posts of the actions whose pre or main has started, to run last in first out. */
  readonly posts: (() => Promise<void>)[];
  readonly background: BackgroundSteps;
  /** The workflow's and the job's own `env`, and what GITHUB_ENV added. */
  readonly environment: Record<string, string>;
  readonly path: string[];
  readonly defaults: Readonly<{ shell: string; workingDirectory: string }>;
  readonly matchers: MatcherSet;
  status: Exclude<Result, 'skipped'>;
}

export interface StepData {
  readonly outputs: Record<string, string>;
  readonly outcome: Result;
  readonly conclusion: Result;
}

/** The `job` context (J10). */
export function jobContext({ request, status, checkRunId }: JobState): Json {
  const { plan } = request;
  return {
    status,
    check_run_id: checkRunId,
    workflow_ref: `${plan.source.repository}/${plan.file}@${plan.source.ref}`,
    workflow_sha: plan.source.sha,
    workflow_repository: plan.source.repository,
    workflow_file_path: plan.file,
    container: {},
    services: {},
  };
}

/** success() and failure() look at the job so far, cancelled() too (S3). */
export function jobStatus(state: JobState): StatusFunctions {
  return {
    success: () => state.status === 'success',
    failure: () => state.status === 'failure',
    cancelled: () => state.status === 'cancelled',
    hashFiles: (patterns) => hashFiles(patterns, state.workspace, state.request.run.options.node),
  };
}

