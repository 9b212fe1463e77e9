import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Timing } from '../options.ts';

export interface ProcessEnd { readonly exitCode: number | null; readonly seconds: number }

interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Ends it with GitHub's three signals. */
  readonly signal: AbortSignal;
  /** Ends it at once. */
  readonly kill?: AbortSignal;
  readonly grace: Pick<Timing, 'untilTerminateMs' | 'untilKillMs'>;
  onLine(line: string): void;
}

/** One step's process: stdin closed (S11), in a group of its own; an abort runs GitHub's three signals, an exit at any point ends it (X2). */
export function runProcess(p: Start): Promise<ProcessEnd> {
  const started = performance.now();
  const child = spawn(p.command, p.args, { cwd: p.cwd, env: { ...p.environment }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const timers: NodeJS.Timeout[] = [];
  const end = (): void => killGroup(child.pid);
  const stop = (): void => {
    // The entry process only, for every kind of step (ProcessInvoker.cs).
    child.kill('SIGINT');
    timers.push(setTimeout(() => {
      child.kill('SIGTERM');
      timers.push(setTimeout(end, p.grace.untilKillMs));
    }, p.grace.untilTerminateMs));
  };
  const flush = [child.stdout, child.stderr].map((stream) => inLines(stream, p.onLine));
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      timers.forEach(clearTimeout);
      p.signal.removeEventListener('abort', stop);
      p.kill?.removeEventListener('abort', end);
    };
    child.once('error', (error) => { settle(); reject(error); });
    child.once('exit', () => {
      timers.forEach(clearTimeout);
      if (p.signal.aborted) killGroup(child.pid);
      // A child that it left behind holds the pipes open: what was written is read, and the step ends (orphans die with the job).
      else timers.push(setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), HELD_PIPES_MS));
    });
    child.once('close', (code, signal) => { settle(); const exitCode = signal === null ? code : SIGNALLED + constants.signals[signal]; flush.forEach((rest) => rest()); resolve({ exitCode, seconds: (performance.now() - started) / 1000 }); });
    if (p.kill?.aborted === true) end();
    p.kill?.addEventListener('abort', end, { once: true });
    if (p.signal.aborted) stop(); else p.signal.addEventListener('abort', stop, { once: true });
  });
}

// As .NET and every shell say it of a process that a signal has ended.
const SIGNALLED = 128;

// .NET gives the pipes of an ended process this long when a grandchild holds them (ProcessInvoker.cs waits 5 s for its stream readers).
const HELD_PIPES_MS = 5_000;

function inLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => void {
  let open = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (open + chunk).split('\n');
    open = lines.pop() ?? '';
    lines.forEach((line) => onLine(line.replace(/\r$/, '')));
  });
  return () => { if (open !== '') onLine(open); };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try { process.kill(-pid, 'SIGKILL'); } catch { /* the group has ended by itself */ }
}
