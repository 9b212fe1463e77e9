import { isDeepStrictEqual } from 'node:util';
import type { MachineConfig } from '../../machine-config.ts';
import { Canceled, during, failureOf, find, FlyctlError, textOf, Unrecoverable } from '../error.ts';
import { groupOf, type LaunchInput, type RemoteMachine } from '../machines.ts';
import { listenIn, pool, scopeIn } from '../scope.ts';
import { type Deployment, type Held, hold, type StatusLine, statusLine, type Update } from './deployment.ts';
import { acquireLease, keepRefreshing } from './leases.ts';
import { lookAtListening } from './listening.ts';
import { poolSize } from './rolling.ts';
import { adviceOf } from './smoke-logs.ts';
import { updateMachine } from './update-machine.ts';
import { healthChecks, smokeChecks, waitForState } from './waits.ts';

/** One Machine on its way, over all rounds. */
interface Task {
  held: Held;
  readonly input: LaunchInput;
  readonly replace: boolean;
  readonly line: StatusLine;
  readonly passed: Passed;
}

interface Passed {
  smoke: boolean;
  machine: boolean;
  health: boolean;
}

interface Settings {
  readonly checks: boolean;
  readonly smoke: boolean;
  /** By id: what a canary has passed, it does not have to pass again among the others (measured). */
  readonly passed: Map<string, Passed>;
}

/** `--deploy-retries` above 0, for rolling, canary and immediate. */
export async function updateWithRecovery(deployment: Deployment, updates: readonly Update[]): Promise<void> {
  const { machines, strategy, command } = deployment;
  const isImmediate = strategy === 'immediate';
  const settings: Settings = { checks: !isImmediate && !command.detach, smoke: !isImmediate && command.smokeChecks, passed: new Map() };
  const found = await machines.list();
  if (strategy !== 'canary') return updateAll(deployment, { updates, found, settings });
  const first = found.find(({ state }) => state === 'started') ?? found[0];
  await updateAll(deployment, { updates: updates.filter(({ held }) => held.machine.id === first?.id), found, settings });
  const refreshed = await machines.list().catch((error: unknown) => {
    throw during('failed to refresh app state after canary', error);
  });
  await updateAll(deployment, { updates, found: refreshed, settings });
}

async function updateAll(deployment: Deployment, { updates, found, settings }: { updates: readonly Update[]; found: readonly RemoteMachine[]; settings: Settings }): Promise<void> {
  const seen = updates.flatMap((update) => found.filter(({ id }) => id === update.held.machine.id).map((machine) => ({ update, machine })));
  const tasks = seen.map(({ update, machine }, index): Task => ({
    held: hold(machine),
    input: update.input,
    replace: update.replace,
    line: statusLine(index + 1, seen.length),
    passed: passedBy(machine.id, settings),
  }));
  await acquireAll(deployment, tasks);
  const listening = listenIn(deployment.signal);
  try {
    await rounds(deployment, tasks);
  } finally {
    listening();
    await clearAll(deployment, tasks);
  }
}

function passedBy(id: string, { checks, smoke, passed }: Settings): Passed {
  const own = passed.get(id) ?? { smoke: !smoke, machine: !checks, health: !checks };
  passed.set(id, own);
  return own;
}

/** The first round, and up to `--deploy-retries` + 1 more: the first of them at once, the others a second after a failure (measured). */
async function rounds(deployment: Deployment, tasks: readonly Task[]): Promise<void> {
  const { machines, clock, command } = deployment;
  const first = await failureOf(round(deployment, tasks));
  if (first === null) return;
  if (isFinal(first)) throw first;
  for (let attempt = 0; attempt <= command.deployRetries; attempt += 1) {
    const found = await machines.list().catch((error: unknown) => {
      throw during('failed to get current app state', error);
    });
    for (const task of tasks) task.held.machine = found.find(({ id }) => id === task.held.machine.id) ?? task.held.machine;
    const error = await failureOf(round(deployment, tasks));
    if (error === null) return;
    if (isFinal(error)) throw error;
    process.stderr.write(`Failed to update machines: ${textOf(error)} Retrying...\n`);
    await clock.rest(1000);
  }
  process.stderr.write(`Failed to update machines: ${textOf(first)}\n`);
  throw first;
}

function isFinal(error: unknown): boolean {
  return find(error, Unrecoverable) !== null || find(error, Canceled) !== null;
}

/** Process groups side by side; the first failure of all is what is told. */
async function round(deployment: Deployment, tasks: readonly Task[]): Promise<void> {
  const failures: unknown[] = [];
  const groups = [...new Set(tasks.map(({ held }) => groupOf(held.machine)))];
  await Promise.all(groups.map(async (group) => {
    const own = tasks.filter(({ held }) => groupOf(held.machine) === group);
    const isWarm = ({ held, input }: Task): boolean => ['started', 'replacing'].includes(held.machine.state) || input.skip_launch !== true;
    const [warm, cold] = [own.filter(isWarm), own.filter((task) => !isWarm(task))];
    const scope = scopeIn(deployment.signal);
    const part = (some: readonly Task[], size: number): Promise<void> => inTurn(deployment, some, { size, signal: scope.signal }).catch((error: unknown) => {
      failures.push(textOf(error).includes('lease currently held by') ? new Unrecoverable(error) : error);
      scope.cancel();
    });
    await Promise.all([part(cold, Math.min(cold.length, 30)), part(warm, poolSize(deployment, warm.length))]);
  }));
  if (failures.length > 0) throw failures[0];
}

async function inTurn(deployment: Deployment, tasks: readonly Task[], { size, signal }: { size: number; signal: AbortSignal }): Promise<void> {
  const scope = scopeIn(signal);
  const [error] = await pool(size, tasks.map((task) => async () => {
    if (scope.signal.aborted) {
      task.line.failure('skipping machine update due to earlier failure');
      throw scope.signal.reason;
    }
    await updateOne(deployment, task, scope.signal).catch((failure: unknown) => {
      task.line.failure(textOf(failure));
      scope.cancel();
      throw during(`failed to update machine ${task.held.machine.id}`, failure);
    });
  }));
  if (error !== undefined) throw error;
}

async function updateOne(deployment: Deployment, task: Task, signal: AbortSignal): Promise<void> {
  const { line, passed, input } = task;
  const { id } = task.held.machine;
  line.running(`Updating machine config for ${id}`);
  if (!isSameConfig(task.held.machine.config, input.config)) {
    const update: Update = { held: task.held, input, replace: task.replace };
    await updateMachine(deployment, update, { line, signal });
    task.held = update.held;
  }
  const { machine } = task.held;
  line.running(`Updated machine config for ${id}`);
  if (!passed.machine || !passed.smoke) {
    line.running(`Waiting for machine ${machine.id} to reach a good state`);
    await anyState(deployment, machine, { line, signal });
  }
  if (input.skip_launch === true) return line.success(`Machine ${machine.id} is now in a good state`);
  await lookAtListening(deployment, machine);
  await check(deployment, task, signal);
  line.success(`Machine ${machine.id} is now in a good state`);
}

async function check(deployment: Deployment, { held: { machine }, line, passed }: Task, signal: AbortSignal): Promise<void> {
  const final = (error: unknown): never => {
    throw new Unrecoverable(error);
  };
  if (!passed.smoke) {
    line.running(`Running smoke checks on machine ${machine.id}`);
    await smokeChecks(deployment, machine, { signal }).catch((error: unknown) => final(new FlyctlError(textOf(error), { cause: error, advice: adviceOf(machine.id, textOf(error), '') })));
    passed.smoke = true;
  }
  if (!passed.machine) line.running(`Running machine checks on machine ${machine.id}`);
  passed.machine = true;
  if (passed.health) return;
  line.running(`Checking health of machine ${machine.id}`);
  await healthChecks(deployment, machine, { signal }).catch(final);
  passed.health = true;
}

const GOOD_STATES = ['stopped', 'started', 'suspended'];

/** Three questions side by side, and a look once a second whether one is answered; the others are dropped. flyctl says "reached" of states that never were (measured). */
async function anyState(deployment: Deployment, machine: RemoteMachine, { line, signal }: { line: StatusLine; signal: AbortSignal }): Promise<void> {
  const { clock, command } = deployment;
  const scope = scopeIn(signal);
  const seen: { reached: string; failure: Error | null; ended: number } = { reached: '', failure: null, ended: 0 };
  for (const state of GOOD_STATES) {
    void failureOf(waitForState(deployment, machine, state, { limitMs: command.waitTimeoutMs, signal: scope.signal })).then((error) => {
      seen.ended += 1;
      if (seen.reached !== '' || (scope.signal.aborted && !signal.aborted)) return;
      line.running(`Machine ${machine.id} reached ${state} state`);
      if (error === null) seen.reached = state;
      else seen.failure = error;
    });
  }
  while (seen.reached === '' && seen.ended < GOOD_STATES.length) await clock.rest(1000);
  scope.cancel();
  if (seen.failure !== null) throw seen.failure;
}

async function acquireAll(deployment: Deployment, tasks: readonly Task[]): Promise<void> {
  const { signal } = deployment;
  const errors = await pool(poolSize(deployment, tasks.length), tasks.map(({ held, line }) => async () => {
    const { id, host_status: host = 'ok' } = held.machine;
    if (host === 'unreachable') return line.running(`Skipped lease for unreachable machine ${id}`);
    line.running(`Acquiring lease for ${id}`);
    held.nonce = await acquireLease(deployment, id, signal).catch((error: unknown) => {
      const failure = new Unrecoverable(error);
      line.failure(`Failed to acquire lease for ${id}: ${textOf(failure)}`);
      throw failure;
    });
    keepRefreshing(deployment, held, signal);
    line.running(`Acquired lease for ${id}`);
  }));
  if (errors.length === 0) return;
  // What was acquired is let refresh no more, and ends by itself.
  for (const { held } of tasks) held.stopRefreshing();
  throw during('failed to acquire leases', errors[0]);
}

/** Also after a signal; each is tried six times, a second apart. */
async function clearAll({ machines, clock }: Deployment, tasks: readonly Task[]): Promise<void> {
  await Promise.all(tasks.map(async ({ held, line }) => {
    const { nonce, machine } = held;
    held.stopRefreshing();
    line.running(`Clearing lease for ${machine.id}`);
    for (let attempt = 1, wanted = nonce !== '' && !held.destroyed; wanted; attempt += 1) {
      const error = await failureOf(machines.releaseLease(machine.id, nonce, AbortSignal.timeout(60_000)));
      wanted = error !== null;
      if (error === null) continue;
      if (attempt > 5) return line.failure(`Failed to clear lease for ${machine.id}: ${textOf(error)}`);
      await clock.rest(1000);
    }
    line.success(`Cleared lease for ${machine.id}`);
  }));
}

function isSameConfig(one: MachineConfig, other: MachineConfig): boolean {
  const comparable = (config: MachineConfig): unknown => JSON.parse(JSON.stringify({ ...config, metadata: { ...config.metadata, fly_flyctl_version: '' } }));
  return isDeepStrictEqual(comparable(one), comparable(other));
}
