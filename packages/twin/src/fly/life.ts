import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect } from '../faults/index.ts';
import type { MachineProcess, startMachineProcess } from '../machines/index.ts';
import type { StoredImage } from '../registry/index.ts';
import { durationMs, type pollChecks } from './checks.ts';
import { addEvent, checksOf, type Machine, setState } from './machine.ts';

export interface LifeOptions {
  readonly rootOf: (image: StoredImage) => Promise<string>;
  readonly startProcess: typeof startMachineProcess;
  readonly pollChecks: typeof pollChecks;
  readonly speed: number;
  readonly log: (machine: Machine, line: string) => void;
}

export interface StopOptions {
  /** What is sent instead of the Machine's own signal. */
  readonly signal?: string;
  /** SIGKILL at once. */
  readonly kill?: boolean;
}

/** Starts and stops Machines and keeps their checks. What it begins goes on while the API has answered. */
export interface Life {
  /** Resolves when it has started, or could not. A Machine that is replaced stays `replacing` until then. */
  start(machine: Machine, fault: FaultEffect | null): Promise<void>;
  stop(machine: Machine, options?: StopOptions): Promise<void>;
  /** Nothing starts any more; resolves when nothing is under way. */
  end(): Promise<void>;
}

// Fly sends SIGINT and kills after kill_timeout, 5 s by default (fly.toml reference).
const KILL_SIGNAL = 'SIGINT';
const KILL_TIMEOUT_MS = 5000;
// A process that fails is started again this often by default, then the Machine stays stopped (fly.toml reference, "restart").
const RESTARTS = 10;
// Fly waits longer after each failure; all that is known is that ten take longer than flyctl's smoke check of 10 s.
const RESTART_PAUSE_MS = 2000;

export function startLife(options: LifeOptions): Life {
  const running = new Map<Machine, () => void>();
  const underWay = new Set<Promise<void>>();
  const ended = new AbortController();
  const track = (work: Promise<void>): Promise<void> => {
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  };
  return {
    start: (machine, fault) => track(start(machine, { fault, options, running, ended: ended.signal })),
    stop: (machine, how = {}) => track(stop(machine, { how, options, running })),
    end: async () => {
      ended.abort();
      for (const finish of running.values()) finish();
      await Promise.allSettled(underWay);
    },
  };
}

interface Starting {
  readonly fault: FaultEffect | null;
  readonly options: LifeOptions;
  readonly running: Map<Machine, () => void>;
  readonly ended: AbortSignal;
}

async function start(machine: Machine, starting: Starting): Promise<void> {
  const { fault, options, running, ended } = starting;
  const instance = machine.instanceId;
  if (machine.state !== 'replacing') setState(machine, 'starting');
  try {
    if (fault?.effect.kind === 'start-takes') await sleep(fault.effect.milliseconds / options.speed, undefined, { signal: ended });
    const root = await options.rootOf(machine.image);
    // Meanwhile it may have been updated, stopped or destroyed.
    if (ended.aborted || machine.instanceId !== instance || !['starting', 'replacing'].includes(machine.state)) return;
    machine.checks = checksOf(machine.config);
    const over = new AbortController();
    const endChecks = options.pollChecks(machine, { speed: options.speed, isIll: illness(fault, options.speed) });
    running.set(machine, () => {
      over.abort();
      endChecks();
    });
    run(machine, { ...starting, root, over: over.signal, restarts: fault?.effect.kind === 'crash-loops' ? 0 : null });
  } catch (error) {
    if (ended.aborted) return;
    options.log(machine, error instanceof Error ? error.message : String(error));
    setState(machine, 'stopped');
  }
}

async function stop(machine: Machine, { how, options, running }: { how: StopOptions; options: LifeOptions; running: Map<Machine, () => void> }): Promise<void> {
  running.get(machine)?.();
  running.delete(machine);
  const { process } = machine;
  machine.process = null;
  const { signal = KILL_SIGNAL, timeout } = machine.config.stop_config ?? {};
  const grace = how.kill === true ? 0 : (durationMs(timeout) ?? KILL_TIMEOUT_MS) / options.speed;
  await process?.stop(grace, how.signal ?? signal);
}

/** never-healthy, until its end when it has one. */
function illness(fault: FaultEffect | null, speed: number): () => boolean {
  const since = Date.now();
  return () => fault?.effect.kind === 'never-healthy' && (fault.forMilliseconds === null || (Date.now() - since) * speed < fault.forMilliseconds);
}

interface Running extends Starting {
  readonly root: string;
  readonly over: AbortSignal;
  /** How often it has been started again; null: it does not crash. */
  readonly restarts: number | null;
}

function run(machine: Machine, running: Running): void {
  const { options, root, restarts } = running;
  const instance = machine.instanceId;
  const started: MachineProcess = options.startProcess({
    image: machine.image,
    root,
    command: machine.config.init.cmd ?? null,
    environment: {
      ...machine.secrets,
      ...machine.config.env,
      FLY_APP_NAME: machine.app,
      FLY_MACHINE_ID: machine.id,
      FLY_REGION: machine.region,
      FLY_IMAGE_REF: machine.config.image,
      FLY_PROCESS_GROUP: machine.metadata['fly_process_group'] ?? 'app',
    },
    onLine: (line) => options.log(machine, line),
    onExit: (code) => {
      options.log(machine, lastWords(code));
      if (machine.instanceId !== instance) return;
      // A Machine that is being stopped has let go of its process.
      const again = restarts !== null && restarts < RESTARTS && machine.process === started;
      exited(machine, { code: code ?? 137, restarting: again, restarts: restarts ?? 0 });
      if (again) void runAgain(machine, { ...running, restarts: restarts + 1 });
    },
  });
  machine.process = started;
  addEvent(machine, 'start', 'started');
  setState(machine, 'started');
  if (restarts !== null) void started.stop(0, 'SIGKILL');
  if (running.fault?.effect.kind === 'hangs') void hang(started, running.fault, running);
}

/** Until its end when it has one. */
async function hang(process: MachineProcess, { forMilliseconds }: FaultEffect, { options, over }: Running): Promise<void> {
  process.suspend();
  if (forMilliseconds === null) return;
  await sleep(forMilliseconds / options.speed, undefined, { signal: over }).catch(() => undefined);
  if (!over.aborted) process.resume();
}

async function runAgain(machine: Machine, running: Running): Promise<void> {
  await sleep(RESTART_PAUSE_MS / running.options.speed, undefined, { signal: running.over }).catch(() => undefined);
  if (!running.over.aborted && !running.ended.aborted) run(machine, running);
}

/** What Fly's init writes last; whoever reads the logs knows by it that there is no more to come. */
function lastWords(code: number | null): string {
  return code === null ? "Main child exited with signal (with signal 'SIGKILL', core dumped? false)" : `Main child exited normally with code: ${code}`;
}

function exited(machine: Machine, { code, restarting, restarts }: { code: number; restarting: boolean; restarts: number }): void {
  for (const check of machine.checks) {
    check.status = 'critical';
    check.output = 'the process has ended';
  }
  addEvent(machine, 'exit', 'stopped', { exit_event: { exit_code: code, requested_stop: machine.state !== 'started', restarting, exited_at: new Date().toISOString() }, restart_count: restarts });
  machine.process = null;
  if (restarting || machine.state !== 'started') return;
  setState(machine, machine.config.auto_destroy === true ? 'destroyed' : 'stopped');
}
