import { Canceled, failureOf, find, Joined, textOf } from '../error.ts';
import { groupOf, nameOf } from '../machines.ts';
import { pool, type Scope, scopeIn } from '../scope.ts';
import { type Deployment, type StatusLine, statusLine, type Update } from './deployment.ts';
import { lookAtListening } from './listening.ts';
import { logsOfSmoke } from './smoke-logs.ts';
import { updateMachine } from './update-machine.ts';
import { healthChecks, smokeChecks, waitForState, withAdvice } from './waits.ts';

interface Line {
  readonly update: Update;
  readonly line: StatusLine;
}

/**
 * `--deploy-retries 0`: process groups side by side, in each the first Machine alone and then as many at a time as may be missing. A Machine that was updated
 * keeps the new image, whatever follows. All that went wrong is joined, so that a plain failure beside canceled work ends with 127 (measured).
 */
export async function rolling(deployment: Deployment, updates: readonly Update[]): Promise<void> {
  const sorted = updates.toSorted((one, other) => (one.held.machine.id < other.held.machine.id ? -1 : 1));
  const groups = [...new Set(updates.map(({ held }) => groupOf(held.machine)))];
  const scope = scopeIn(deployment.signal);
  const errors: Error[] = [];
  let index = 0;
  await Promise.all(groups.map(async (group) => {
    const lines = sorted.filter(({ held }) => groupOf(held.machine) === group).map((update): Line => ({ update, line: statusLine((index += 1), updates.length) }));
    const error = await failureOf(updateGroup(deployment, lines, scope));
    if (error === null) return;
    errors.push(error);
    scope.cancel();
  }));
  if (errors.length > 0) throw joined(errors);
}

/** What does not run is updated beside what does, thirty at a time. */
async function updateGroup(deployment: Deployment, lines: readonly Line[], parent: Scope): Promise<void> {
  const scope = scopeIn(parent.signal);
  const warm = lines.filter(({ update }) => update.held.machine.state === 'started');
  const cold = lines.filter(({ update }) => update.held.machine.state !== 'started');
  const failures: Error[] = [];
  const part = async (some: readonly Line[], size: number): Promise<void> => {
    const error = await failureOf(updateInTurn(deployment, some, { size, scope }));
    if (error === null) return;
    failures.push(error);
    scope.cancel();
  };
  await Promise.all([part(cold, Math.min(cold.length, 30)), part(warm, poolSize(deployment, warm.length))]);
  const [first] = failures;
  if (first !== undefined) throw first;
}

async function updateInTurn(deployment: Deployment, [first, ...rest]: readonly Line[], { size, scope }: { size: number; scope: Scope }): Promise<void> {
  if (first === undefined) return;
  await updateOne(deployment, first, scope.signal);
  const own = scopeIn(scope.signal);
  const errors = await pool(size, rest.map((one) => async () => {
    if (own.signal.aborted) {
      one.line.failure(`Machine ${nameOf(one.update.held.machine)} update canceled`);
      throw new Canceled('context canceled');
    }
    await updateOne(deployment, one, own.signal).catch((error: unknown) => {
      own.cancel();
      throw error;
    });
  }));
  if (errors.length > 0) throw joined(errors);
}

async function updateOne(deployment: Deployment, { update, line }: Line, signal: AbortSignal): Promise<void> {
  const name = nameOf(update.held.machine);
  line.running(`Updating ${name}`);
  try {
    await updateMachine(deployment, update, { line, signal });
    await untilWell(deployment, update, { line, signal });
  } catch (error) {
    line.failure(find(error, Canceled) === null ? `Machine ${name} update failed: ${textOf(error)}` : `Machine ${name} update canceled while it was in progress`);
    throw error;
  }
  line.success(`Machine ${name} update succeeded`);
}

async function untilWell(deployment: Deployment, { held: { machine }, input, replace }: Update, { line, signal }: { line: StatusLine; signal: AbortSignal }): Promise<void> {
  const { command } = deployment;
  if (input.skip_launch === true) return;
  // A Machine that was put in the place of another one is not talked about (measured).
  const told = replace ? {} : { line };
  if (!command.detach) {
    await waitForState(deployment, machine, 'started', { limitMs: command.waitTimeoutMs, justCreated: true, signal, ...told }).catch((error: unknown) => {
      throw withAdvice(error, 'wait-timeout');
    });
  }
  await smokeChecks(deployment, machine, { signal, ...told }).catch((error: unknown) => logsOfSmoke(deployment, machine, { error, signal }));
  if (!command.detach) {
    await healthChecks(deployment, machine, { signal, ...told }).catch(async (error: unknown) => {
      await lookAtListening(deployment, machine);
      throw error;
    });
  }
  await lookAtListening(deployment, machine);
}

/** `--max-unavailable`: a number, or below 1 a share. */
export function poolSize({ command, toml }: Deployment, count: number): number {
  const most = command.maxUnavailable ?? (toml as { deploy?: { max_unavailable?: number } }).deploy?.max_unavailable ?? 0.33;
  return most >= 1 ? Math.floor(most) : Math.ceil(count * most);
}

function joined(errors: readonly Error[]): Error {
  const [only, ...others] = errors;
  return only !== undefined && others.length === 0 ? only : new Joined(errors);
}

/** `--deploy-retries 0`: all at once, and nothing is waited for. */
export async function immediate(deployment: Deployment, updates: readonly Update[]): Promise<void> {
  const errors = await pool(deployment.command.maxConcurrent, updates.map((update, index) => async () => {
    const line = statusLine(index + 1, updates.length);
    const name = nameOf(update.held.machine);
    line.running(`Updating ${name}`);
    try {
      await updateMachine(deployment, update, { line, signal: deployment.signal });
    } catch (error) {
      line.failure(find(error, Canceled) === null ? `Machine ${name} update failed: ${textOf(error)}` : `Machine ${name} update canceled while it was in progress`);
      throw error;
    }
    line.success(`Machine ${name} update succeeded`);
  }));
  if (errors.length > 0) throw joined(errors);
}
