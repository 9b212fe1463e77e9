import { enterGroup, type Held } from '../concurrency/enter.ts';
import { type Contexts, type Json, textMap, textOf, valueOf } from '../expressions/evaluate.ts';
import { slotFlag } from '../expressions/values.ts';
import type { Result } from '../outcome.ts';
import type { JobMachine, MachineRequest } from '../options.ts';
import type { CallJob, Permissions, StepsJob } from '../plan/types.ts';
import { askApproval } from './approval.ts';
import { callInputs } from './inputs.ts';
import { jobWaits } from './interrupts.ts';
import { runJob } from './job.ts';
import type { Calling, JobResult } from './jobs.ts';
import type { Instances } from './legs.ts';
import { cancelledBefore, report } from './report.ts';
import type { Run } from './run.ts';

export interface Instance extends Instances {
  readonly name: string;
  /** ` (v1, v2)` of a leg. */
  readonly label: string;
  readonly cancel: AbortController;
}

/** One instance of a job: its concurrency group first, then (also inside the group) its environment's approval, then its steps or the jobs it calls. */
export async function runInstance(instance: Instance): Promise<JobResult> {
  const { job, calling, id, name, contexts, cancel } = instance;
  const { run } = calling;
  const before = reusable(instance);
  if (before !== null) return before;
  using _listens = followRun(instance);
  const place = await enterGroup(run, {
    plan: job.concurrency,
    contexts,
    who: id,
    held: calling.held,
    waitsOn: cancel.signal,
    cancel: () => cancel.abort(),
    waiting: () => jobWaits(run, id),
  });
  if (place.kind === 'cancelled') return cancelledBefore(run, id, name, place.why);
  try {
    return job.kind === 'call' ? await callWorkflow(job, instance, place.held) : await runSteps(job, instance);
  } finally {
    await place.leave();
  }
}

/** On a cancel of the run the job's `if` is asked again: where it still holds, the job is not touched (X1). */
function followRun({ calling, cancel, stillHolds }: Instance): Disposable {
  const { signal } = calling.run.cancel;
  const onCancel = (): void => {
    if (!asked(stillHolds)) cancel.abort();
  };
  if (signal.aborted) onCancel();
  signal.addEventListener('abort', onCancel, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', onCancel) };
}

function asked(stillHolds: () => boolean): boolean {
  try {
    return stillHolds();
  } catch {
    return false;
  }
}

/** `--rerun failed`: what succeeded in the run before is taken over, unless something it needs ran again. */
function reusable({ calling, job, id, reran }: Instance): JobResult | null {
  const { previous } = calling.run.options;
  if (previous === undefined || reran || job.kind === 'call') return null;
  const before = previous.find((one) => one.id === id);
  if (before?.result !== 'success') return null;
  report(calling.run, before);
  return { result: before.result, outputs: before.outputs, ran: false };
}

async function callWorkflow(job: CallJob, { calling, contexts, id, name, label, reran, runJobs }: Instance, held: Held): Promise<JobResult> {
  const { run } = calling;
  const given = job.with === null ? {} : (valueOf(job.with, contexts) as Record<string, Json>);
  const inputs = callInputs(job.callee, given, contexts);
  const inner = { ...contexts, inputs };
  const cancel = new AbortController();
  const place = await enterGroup(run, { plan: job.callee.concurrency, contexts: inner, who: `${id} (${job.callee.file})`, held, waitsOn: run.cancel.signal, cancel: () => cancel.abort() });
  if (place.kind === 'cancelled') return cancelledBefore(run, id, name, place.why);
  try {
    const { states } = await runJobs({
      run,
      plan: job.callee,
      inputs,
      secrets: passedSecrets(job, calling, contexts),
      prefix: [...calling.prefix, `${job.id}${label}`],
      names: [name],
      held: place.held,
      upstreamReran: reran,
      granted: permissionsOf(job, calling),
    });
    const jobs = Object.fromEntries([...states].map(([one, state]) => [one, { result: state.result, outputs: { ...state.outputs } }]));
    const outputs = Object.entries(job.callee.call?.outputs ?? {}).map(([one, node]) => [one, textOf(node, { ...inner, jobs })] as const);
    const results = [...states.values()];
    return { result: worst(results.map((state) => state.result)), outputs: Object.fromEntries(outputs.filter(([, value]) => value !== '')), ran: results.some((state) => state.ran) };
  } finally {
    await place.leave();
  }
}

/** Secrets cross a call only by name, or all of them with `inherit`, hop by hop (W2). */
function passedSecrets(job: CallJob, calling: Calling, contexts: Contexts): Record<string, string> {
  if (job.secrets === 'inherit') return { ...calling.secrets };
  if (job.secrets === null) return {};
  return textMap(job.secrets, { ...contexts, secrets: { ...calling.secrets, GITHUB_TOKEN: calling.run.options.githubToken } });
}

async function runSteps(job: StepsJob, { calling, contexts, id, name, cancel }: Instance): Promise<JobResult> {
  const { run, plan } = calling;
  const environment = textOf(job.environmentName, contexts);
  const answer = await askApproval(run, environment, cancel.signal, () => held(run, id, environment));
  if (answer === 'cancelled') return cancelledBefore(run, id, name, null);
  if (answer === 'rejected') {
    run.annotations.push({ job: id, level: 'error', message: `The deployment to '${environment}' was rejected.`, file: null, line: null, title: null });
    report(run, { id, name, result: 'failure', seconds: 0, outputs: {}, steps: [] });
    return { result: 'failure', outputs: {}, ran: true };
  }
  if (cancel.signal.aborted) return cancelledBefore(run, id, name, null);
  // The service asks before the job starts, and a job whose answer is no boolean does not.
  const forgives = job.continueOnError !== null && slotFlag(valueOf(job.continueOnError, contexts));
  run.options.observer?.jobStarted(id);
  const machine = await machineOf(run, { id, permissions: permissionsOf(job, calling), environment, workflowRef: `${plan.source.repository}/${plan.file}@${plan.source.ref}` });
  const vars = { ...run.options.variables, ...ofEnvironment(run.options.environmentVariables ?? {}, environment) };
  const outcome = await runJob({ run, plan, job, id, name, contexts: { ...contexts, vars, github: { ...(contexts['github'] as Record<string, Json>), token: machine.token } }, secrets: jobSecrets(calling, environment), machine, cancel });
  report(run, outcome);
  return { result: forgives && outcome.result === 'failure' ? 'success' : outcome.result, outputs: outcome.outputs, ran: true };
}

/** A job's own, its file's, or what the caller grants (W4). */
function permissionsOf(job: CallJob | StepsJob, { plan, granted }: Calling): Permissions {
  return job.permissions ?? plan.permissions ?? granted;
}

/** The caller's own machine for this job, or the one that all jobs share. */
async function machineOf({ options }: Run, job: MachineRequest): Promise<JobMachine> {
  return (await options.machine?.(job)) ?? { token: options.githubToken, environmentOf: () => Promise.resolve({}) };
}

/** An environment's secrets win over passed ones of the same name; in a called workflow only declared names are seen. */
function jobSecrets({ run, plan, secrets, prefix }: Calling, environment: string): Record<string, string> {
  const own = ofEnvironment(run.options.environmentSecrets, environment);
  const declared = Object.keys(plan.call?.secrets ?? {}).map((name) => name.toUpperCase());
  const visible = Object.entries(own).filter(([name]) => prefix.length === 0 || declared.includes(name.toUpperCase()));
  const upper = (entries: [string, string][]): [string, string][] => entries.map(([name, value]) => [name.toUpperCase(), value]);
  return Object.fromEntries([...upper(Object.entries(secrets)), ...upper(visible)]);
}

/** Names of environments ignore case. */
function ofEnvironment(given: Readonly<Record<string, Readonly<Record<string, string>>>>, environment: string): Readonly<Record<string, string>> {
  const name = Object.keys(given).find((known) => known.toLowerCase() === environment.toLowerCase());
  return environment === '' || name === undefined ? {} : (given[name] ?? {});
}

/** The worst of the called jobs (W3). */
function worst(results: readonly Result[]): Result {
  for (const result of ['failure', 'cancelled'] as const) if (results.includes(result)) return result;
  return results.includes('success') || results.length === 0 ? 'success' : 'skipped';
}

function held(run: Run, id: string, environment: string): void {
  run.options.observer?.jobHeld?.(id, environment);
  jobWaits(run, id);
}
