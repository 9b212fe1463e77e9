import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enterGroup } from '../concurrency/enter.ts';
import { asText, type Json, textOf } from '../expressions/evaluate.ts';
import type { RunOptions, Timing } from '../options.ts';
import type { Annotation, JobOutcome, Refusal, RunOutcome } from '../outcome.ts';
import { Refused } from '../plan/fields.ts';
import { checkPermissions, defaultPermissions } from '../plan/permissions.ts';
import type { Permissions, WorkflowPlan } from '../plan/types.ts';
import { readPlan } from '../plan/workflow.ts';
import { githubContext } from './contexts.ts';
import { eventOf } from './event.ts';
import { startInputs } from './inputs.ts';
import { runJobs } from './jobs.ts';

/** Everything that the jobs of one run share. */
export interface Run {
  readonly options: RunOptions;
  readonly timing: Timing;
  readonly plan: WorkflowPlan;
  /** By `performance.now()`. */
  readonly began: number;
  readonly event: Readonly<Record<string, Json>>;
  readonly defaultPermissions: Permissions;
  readonly cancel: AbortController;
  /** The runner goes away (X5), or the time after a cancel is over. */
  readonly kill: AbortController;
  readonly shutdown: AbortController;
  readonly jobs: JobOutcome[];
  readonly annotations: Annotation[];
  /** Names of the artifacts that this attempt has uploaded so far. */
  readonly uploaded: Set<string>;
  readonly summaries: { readonly job: string; readonly markdown: string }[];
  readonly log: string[];
  /** Interrupts that have fired. */
  readonly fired: Set<object>;
  nextCheckRun: number;
  /** Names of the jobs' folders that are taken. */
  readonly folders: Set<string>;
}

const GITHUBS_TIMING: Timing = { untilTerminateMs: 7_500, untilKillMs: 2_500, cancelWindowMs: 300_000, minuteMs: 60_000 };

/** Runs one workflow to its end. A file or an input that GitHub or this runner would not take ends it as `startup_failure`, before any job. */
export async function runWorkflow(options: RunOptions): Promise<RunOutcome> {
  const started = performance.now();
  await mkdir(options.out, { recursive: true });
  try {
    const plan = await planWorkflow(options);
    const inputs = startInputs(plan, options.event);
    return await perform(plan, inputs, options, started);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return startupFailure(error.refusal, (performance.now() - started) / 1000);
  }
}

/** What `runWorkflow` would execute, without executing it. @throws {Refused} */
export async function planWorkflow(options: Pick<RunOptions, 'repository' | 'directory' | 'sha' | 'ref' | 'workflow' | 'resolveRepository' | 'defaultPermissions'>): Promise<WorkflowPlan> {
  const source = { repository: options.repository, directory: options.directory, sha: options.sha, ref: options.ref };
  const file = options.workflow.includes('/') ? options.workflow : `.github/workflows/${options.workflow}`;
  const plan = await readPlan(source, file, (repository, ref) => options.resolveRepository(repository, ref));
  checkPermissions(plan, defaultPermissions(options.defaultPermissions ?? 'write'));
  return plan;
}

async function perform(plan: WorkflowPlan, inputs: Record<string, Json>, options: RunOptions, began: number): Promise<RunOutcome> {
  // What was given stands in the event as it was given: 1.50 stays 1.50.
  const given = new Map(Object.entries(options.event.inputs).map(([name, value]) => [name.toLowerCase(), value]));
  const eventInputs = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, given.get(name.toLowerCase()) ?? asText(value)]));
  const run: Run = {
    options,
    timing: { ...GITHUBS_TIMING, ...options.timing },
    plan,
    began,
    event: eventOf(options, plan, eventInputs),
    defaultPermissions: defaultPermissions(options.defaultPermissions ?? 'write'),
    cancel: new AbortController(),
    kill: new AbortController(),
    shutdown: new AbortController(),
    jobs: [],
    annotations: [],
    uploaded: new Set(),
    summaries: [],
    log: [],
    fired: new Set(),
    nextCheckRun: options.runId * 10,
    folders: new Set(),
  };
  using _ends = connect(run);
  const { conclusion, outputs } = await underConcurrency(run, inputs);
  await writeFile(join(options.out, 'log.txt'), run.log.map((line) => `${line}\n`).join(''));
  await writeFile(join(options.out, 'summary.md'), run.summaries.map((summary) => summary.markdown).join('\n'));
  return { conclusion, refused: null, outputs, seconds: (performance.now() - began) / 1000, jobs: run.jobs, annotations: run.annotations, summaries: run.summaries.map((summary) => summary.markdown) };
}

/** The workflow's own concurrency group is entered before any job (Q1). */
async function underConcurrency(run: Run, inputs: Record<string, Json>): Promise<Pick<RunOutcome, 'conclusion' | 'outputs'>> {
  const contexts = { github: githubContext(run), inputs, vars: { ...run.options.variables } };
  const place = await enterGroup(run, { plan: run.plan.concurrency, contexts, who: 'top level workflow', held: new Map(), waitsOn: run.cancel.signal, cancel: () => run.cancel.abort() }).catch((error: unknown) => {
    // A group that is empty, too long or cannot be evaluated: no job runs.
    throw new Refused(error instanceof Error ? error.message : String(error), run.plan.file, run.plan.concurrency?.line ?? 1);
  });
  if (place.kind === 'cancelled') {
    run.annotations.push({ job: '', level: 'error', message: place.why, file: null, line: null, title: null });
    return { conclusion: 'cancelled', outputs: {} };
  }
  try {
    const { states } = await runJobs({ run, plan: run.plan, inputs, secrets: run.options.secrets, prefix: [], names: [], held: place.held, upstreamReran: false, granted: run.defaultPermissions });
    const results = [...states.values()].map((state) => state.result);
    const jobs = Object.fromEntries([...states].map(([id, state]) => [id, { result: state.result, outputs: { ...state.outputs } }]));
    const called = run.plan.jobs.filter((job) => job.kind === 'call').map((job) => states.get(job.id)?.outputs ?? {});
    const declared = Object.entries(run.plan.call?.outputs ?? {}).map(([name, node]) => [name, textOf(node, { ...contexts, jobs })] as const);
    const outputs = Object.assign({}, ...called, Object.fromEntries(declared.filter(([, value]) => value !== ''))) as Record<string, string>;
    return { conclusion: conclusionOf(run, results), outputs };
  } finally {
    await place.leave();
  }
}

function conclusionOf(run: Run, results: readonly string[]): RunOutcome['conclusion'] {
  if (run.shutdown.signal.aborted) return 'failure';
  if (run.cancel.signal.aborted) return 'cancelled';
  return results.includes('failure') ? 'failure' : results.includes('cancelled') ? 'cancelled' : 'success';
}

/** The operator's signals reach the run; five minutes after a cancel everything that is left is killed (X3). */
function connect(run: Run): Disposable {
  let window: NodeJS.Timeout | undefined;
  const onCancel = (): void => run.cancel.abort();
  const onShutdown = (): void => run.shutdown.abort();
  run.cancel.signal.addEventListener('abort', () => (window = setTimeout(() => run.kill.abort(), run.timing.cancelWindowMs)), { once: true });
  run.shutdown.signal.addEventListener('abort', () => run.kill.abort(), { once: true });
  const { signal, shutdown } = run.options;
  if (signal?.aborted === true) onCancel();
  if (shutdown?.aborted === true) onShutdown();
  signal?.addEventListener('abort', onCancel, { once: true });
  shutdown?.addEventListener('abort', onShutdown, { once: true });
  return {
    [Symbol.dispose]: () => {
      clearTimeout(window);
      signal?.removeEventListener('abort', onCancel);
      shutdown?.removeEventListener('abort', onShutdown);
    },
  };
}

function startupFailure(refused: Refusal, seconds: number): RunOutcome {
  return { conclusion: 'startup_failure', refused, outputs: {}, seconds, jobs: [], annotations: [], summaries: [] };
}
