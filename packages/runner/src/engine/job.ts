import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createMatcherSet } from '../commands/matchers.ts';
import { textMap, textOf, valueOf } from '../expressions/evaluate.ts';
import { slotNumber } from '../expressions/values.ts';
import { createMasker } from '../masking/masker.ts';
import type { JobOutcome, Result } from '../outcome.ts';
import { foreignSystem } from '../plan/workflow.ts';
import { BackgroundSteps } from './background.ts';
import { jobOutputs } from './job-outputs.ts';
import { type JobRequest, type JobState } from './job-state.ts';
import { createJobLog, folderOf } from './log.ts';
import { killOrphans } from './orphans.ts';
import { runSide } from './post.ts';
import { runPres } from './pre.ts';
import type { Scope } from './scope.ts';
import { runStep } from './step.ts';
import { loadUsages } from './usage.ts';
import { merged } from './work-request.ts';

// GitHub's default for a job.
const MINUTES = 360;

/** Runs the steps of one job and then, last in first out, the posts of its actions. */
export async function runJob(request: JobRequest): Promise<JobOutcome> {
  const started = performance.now();
  const state = await prepare(request);
  const { id, name } = request;
  const timer = timeLimit(state);
  try {
    const scope = await performSteps(state);
    const { outputs, failed } = scope === null ? { outputs: {}, failed: false } : jobOutputs(state, scope);
    return { id, name, result: resultOf(state, failed), started: (started - request.run.began) / 1000, seconds: (performance.now() - started) / 1000, outputs, steps: state.outcomes };
  } finally {
    clearTimeout(timer);
    await killOrphans(state.trackingId);
    await state.log.close();
    await empty(state.temp);
  }
}

function resultOf(state: JobState, failed: boolean): Result {
  // A lost runner is a failure, whatever its steps were about to say (X5).
  if (state.request.run.shutdown.signal.aborted) return 'failure';
  return failed && state.status !== 'cancelled' ? 'failure' : state.status;
}

/** A job that runs out of time is cancelled, not failed (X4); it has the same minutes as after any cancel to end. */
function timeLimit(state: JobState): NodeJS.Timeout {
  const { job, run, contexts, cancel } = state.request;
  // As for a step, no minute at all is no limit but the default one (the cast to an integer; ConvertToJobTimeout).
  const minutes = (job.timeoutMinutes === null ? 0 : Math.trunc(slotNumber(valueOf(job.timeoutMinutes, contexts)))) || MINUTES;
  return setTimeout(() => {
    state.log.annotate('Complete job', { level: 'error', message: `The job running on runner local has exceeded the maximum execution time of ${minutes} minutes.` });
    cancel.abort();
  }, Math.min(minutes * run.timing.minuteMs, 2 ** 31 - 1));
}

async function performSteps(state: JobState): Promise<Scope | null> {
  const { job, plan, run } = state.request;
  const fail = (error: unknown): null => {
    state.status = 'failure';
    state.log.annotate('Set up job', { level: 'error', message: error instanceof Error ? error.message : String(error) });
    return null;
  };
  let scope: Scope;
  try {
    initialise(state);
    scope = jobScope(state, await loadUsages(job.steps, plan.source, run));
  } catch (error) {
    return fail(error);
  }
  await runPres(scope);
  for (const step of job.steps) await runStep(step, scope);
  await endBackground(state);
  for (let post = state.posts.pop(); post !== undefined; post = state.posts.pop()) await post();
  return scope;
}

/** The job's env and defaults; an error in them fails the job before any step (JobExtension.cs). */
function initialise(state: JobState): void {
  const { job, plan, contexts, secrets, machine } = state.request;
  const known = { ...contexts, secrets: { ...secrets, GITHUB_TOKEN: machine.token } };
  const workflow = textMap(plan.environment, known);
  Object.assign(state.environment, workflow, textMap(job.env, known));
  const { shell, workingDirectory } = job.defaults ?? { shell: null, workingDirectory: null };
  Object.assign(state.defaults, { shell: textOf(shell, { ...known, env: state.environment }), workingDirectory: textOf(workingDirectory, { ...known, env: state.environment }) });
  const labels = job.runsOn === null ? ['none'] : [valueOf(job.runsOn, contexts)].flat();
  if (labels.length === 0 || labels.some((label) => label === null || label === '')) throw new Error("Unexpected value '' for `runs-on`");
  for (const label of labels) {
    const system = foreignSystem(textOfLabel(label));
    if (system !== null) throw new Error(`${plan.file}:${job.runsOn?.line ?? job.line}: this runner is ${process.platform} and does not run \`runs-on: ${textOfLabel(label)}\` (${system})`);
  }
}

function jobScope(job: JobState, usages: Scope['usages']): Scope {
  const scope: Scope = {
    job,
    steps: {},
    inputs: null,
    environment: {},
    github: {},
    source: job.request.plan.source,
    depth: 0,
    log: null,
    usages,
    status: 'success',
    stage: 'main',
    registerPost: (post) => job.posts.push(() => runSide({ ...post, stage: 'post' }, scope, null)),
  };
  return scope;
}

/** Background steps that nothing has waited for are waited for before the posts, and all of them count for the job (B3). */
async function endBackground(state: JobState): Promise<void> {
  const open = state.background.open();
  if (open.length > 0) {
    const started = performance.now();
    const result = await state.background.wait(open, state.request.cancel.signal);
    state.outcomes.push({ id: '__implicit_wait_all', name: 'Wait for all background steps', outcome: result, conclusion: result, started: (started - state.request.run.began) / 1000, seconds: (performance.now() - started) / 1000 });
  }
  state.status = merged(state.status, state.background.result());
}

async function prepare(request: JobRequest): Promise<JobState> {
  const { run, id, secrets } = request;
  const name = folderOf(run, id);
  const folder = join(run.options.work, name);
  const workspace = join(folder, run.options.repository.split('/')[1] ?? 'workspace');
  const temp = join(folder, '_temp');
  const tools = join(run.options.work, '_tools');
  await empty(temp);
  for (const place of [workspace, tools, join(temp, '_runner_file_commands'), join(temp, '_github_workflow')]) await mkdir(place, { recursive: true });
  const debugging = debugs(request, 'ACTIONS_STEP_DEBUG');
  const { token, hidden: credentials = [] } = request.machine;
  const hidden = Object.entries(secrets).filter(([name]) => !['ACTIONS_STEP_DEBUG', 'ACTIONS_RUNNER_DEBUG'].includes(name.toUpperCase()));
  // GitHub's own masks the token of its services, too.
  const services = run.options.actionEnvironment?.['ACTIONS_RUNTIME_TOKEN'] ?? '';
  const masker = createMasker([...hidden.map(([, value]) => value), ...credentials, ...(services === '' ? [] : [services]), ...(token === '' ? [] : [token, Buffer.from(`x-access-token:${token}`).toString('base64')])]);
  run.nextCheckRun += 1;
  return {
    request,
    checkRunId: run.nextCheckRun,
    workspace,
    temp,
    tools,
    trackingId: `github_${randomUUID()}`,
    debugging,
    masker,
    log: await createJobLog({ run, job: id, folder: name, masker, debugging }),
    outcomes: [],
    posts: [],
    background: new BackgroundSteps(run.timing.untilTerminateMs),
    environment: {},
    path: [],
    defaults: { shell: '', workingDirectory: '' },
    matchers: createMatcherSet(),
    status: 'success',
  };
}

function debugs({ secrets, run }: JobRequest, name: string): boolean {
  return [secrets[name], run.options.variables[name]].some((value) => value?.toLowerCase() === 'true');
}

function textOfLabel(label: unknown): string {
  return typeof label === 'string' ? label : '';
}

/** RUNNER_TEMP is empty when a job starts and after it has ended (J8). */
async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  await mkdir(folder, { recursive: true });
}
