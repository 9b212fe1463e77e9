import { doubling } from '../clock.ts';
import { during, failureOf, find, FlyctlError, MachinesApiError, outcomeOf, textOf } from '../error.ts';
import { checksWanted, nameOf, type RemoteMachine } from '../machines.ts';
import { isCanceled, isLate, limited, listenIn } from '../scope.ts';
import type { Deployment, StatusLine } from './deployment.ts';

export class WaitTimeout extends FlyctlError {
  readonly state: string;
  constructor(machine: string, state: string, limit: string) {
    super("timeout reached waiting for machine's state to change", { advice: `The machine ${machine} took more than ${limit} to reach "${state}"` });
    this.state = state;
  }
}

interface Waiting {
  readonly limitMs: number;
  /** Not to be found is not yet to be found. */
  readonly justCreated?: boolean;
  readonly line?: StatusLine;
  readonly signal: AbortSignal;
}

/** Asks again, whatever goes wrong, until the state is reached or the time is over. @throws {WaitTimeout} */
export async function waitForState({ machines, clock, speed, signal: pressed }: Deployment, { id, config }: RemoteMachine, state: string, { limitMs, justCreated = false, line, signal }: Waiting): Promise<void> {
  const shown = config.metadata['fly_process_group'] === 'fly_app_release_command' ? id : nameOf({ id, config });
  line?.log(`Waiting for ${shown} to have state: ${state}`);
  const within = limited(signal, limitMs / speed);
  const listening = listenIn(pressed);
  const pauses = doubling(500, 2000);
  try {
    for (;;) {
      const error = await failureOf(machines.wait(id, state, limitMs / 1000, within.signal));
      if (isCanceled(within.signal)) throw error ?? within.signal.reason;
      if (isLate(within.signal)) throw new WaitTimeout(id, state, shortDuration(limitMs));
      const missing = find(error, MachinesApiError)?.status === 404;
      if (error === null || (missing && state === 'destroyed')) break;
      if (missing && !justCreated) throw error;
      await clock.rest(pauses.next().value, within.signal);
    }
  } finally {
    listening();
    within.close();
  }
  line?.log(`Machine ${shown} has state: ${state}`);
}

const SMOKE_MS = 10_000;

/** A Machine that has run for ten seconds is no crash loop. @throws when it is one */
export async function smokeChecks({ machines, clock, speed, command, signal: pressed }: Deployment, { id, config }: RemoteMachine, { line, signal }: { line?: StatusLine; signal: AbortSignal }): Promise<void> {
  if (!command.smokeChecks) return;
  const within = limited(signal, SMOKE_MS / speed);
  const listening = listenIn(pressed);
  const pauses = doubling(500, 2000);
  const failed = (error: unknown): FlyctlError => during(`smoke checks for ${id} failed`, error);
  line?.log(`Checking that ${nameOf({ id, config })} is up and running`);
  try {
    for (;;) {
      const [machine, error] = await outcomeOf(machines.get(id, within.signal));
      const started = startedAt(machine);
      if (machine !== null && started !== null && clock.since(started) > SMOKE_MS && !isCrashing(machine)) return;
      if (isCanceled(within.signal)) throw failed(error ?? within.signal.reason);
      if (isLate(within.signal)) return;
      if (machine === null) throw failed(during(`error getting machine ${id} from api`, error));
      if (isCrashing(machine)) throw failed(new FlyctlError('the app appears to be crashing'));
      await clock.rest(pauses.next().value, within.signal);
    }
  } finally {
    listening();
    within.close();
  }
}

/** When it started last, if nothing has ended since and the start belongs to the last launch. */
function startedAt(machine: RemoteMachine | null): number | null {
  const types = (machine?.events ?? []).map(({ type }) => type);
  const [start, launch, exit] = [types.indexOf('start'), types.indexOf('launch'), types.indexOf('exit')];
  if (start < 0 || launch < 0 || start > launch || (exit >= 0 && exit < start)) return null;
  return machine?.events?.[start]?.timestamp ?? null;
}

function isCrashing({ events = [] }: RemoteMachine): boolean {
  const last = events.find(({ type }) => type === 'exit')?.request;
  const exit = last?.exit_event;
  return exit !== undefined && !exit.requested_stop && exit.restarting && exit.exit_code !== 0 && (last?.restart_count ?? 0) > 1;
}

/** Every check passes, and there is one: a fresh Machine has none. Skipped where none is configured. */
export async function healthChecks({ machines, clock, speed, command, signal: pressed }: Deployment, machine: RemoteMachine, { line, signal }: { line?: StatusLine; signal: AbortSignal }): Promise<void> {
  if (checksWanted(machine.config) === 0) return;
  const { id } = machine;
  const within = limited(signal, command.waitTimeoutMs / speed);
  const listening = listenIn(pressed);
  let told = false;
  const tell = (passing: number, total: number): void => line?.log(`Waiting for ${nameOf(machine)} to become healthy: ${passing}/${total}\n`);
  try {
    for (;;) {
      const [seen, error] = await outcomeOf(machines.get(id, within.signal));
      if (isCanceled(within.signal)) throw error ?? within.signal.reason;
      if (isLate(within.signal)) throw during(`timeout reached waiting for health checks to pass for machine ${id}`, error ?? new FlyctlError(`failed to get VM ${id}: net/http: request canceled`));
      if (seen === null) throw during(`error getting machine ${id} from api`, error);
      const { passing, total } = healthOf(seen);
      if (total > 0 && passing === total) return tell(passing, total);
      if (!told) tell(passing, total);
      told = true;
      await clock.rest(1000 + Math.random() * 1000, within.signal);
    }
  } finally {
    listening();
    within.close();
  }
}

export function healthOf({ checks = [] }: RemoteMachine): { passing: number; total: number } {
  const own = checks.filter(({ name }) => !name.startsWith('bg_deployments'));
  return { passing: own.filter(({ status }) => status === 'passing').length, total: own.length };
}

const NEVER_STARTED = `Your machine was created, but never started or exited immediately. This could mean that your app is taking a long time to start,
but it could be indicative of a region issue.

Alternatively, your app may have exited immediately due to a startup failure. Check your Dockerfile
to ensure it specifies a valid start command (e.g., check that your 'CMD' or 'ENTRYPOINT' is correct).
You can also try running 'fly logs' to see what happened when the machine tried to start.`;

/** A timeout comes with the flag that makes it longer; what is none stays as it is. */
export function withAdvice(error: unknown, flag: string): unknown {
  const timeout = find(error, WaitTimeout);
  if (timeout === null) return error;
  const tryThis = `increasing the timeout with the --${flag} flag`;
  const advice = timeout.state === 'started'
    ? `${NEVER_STARTED}\n\nYou can try deploying to a different region,\nor you can try ${tryThis}`
    : `Your machine never reached the state "${timeout.state}".\n\nYou can try ${tryThis}`;
  return new FlyctlError(textOf(error), { advice });
}

/** Go's way to write one: `1m0s`, `8s`. */
export function shortDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`;
}
