import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { StoredImage } from '../registry/index.ts';

export interface MachineProcessOptions {
  readonly image: StoredImage;
  readonly root: string;
  /** The process group's command; without one the image's own. */
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  onLine(line: string): void;
  onExit(code: number | null, signal: NodeJS.Signals | null): void;
}

export interface MachineProcess {
  /** The loopback port on which the process listens for its internal port; null until it does. */
  port(internal: number): number | null;
  /** Nothing of it runs any more, or again; to whoever looks from outside it is there. */
  suspend(): void;
  resume(): void;
  /** The signal that Fly sends, and SIGKILL for the whole group after the grace. Resolves when nothing is left. */
  stop(graceMs: number, signal?: string): Promise<void>;
}

/** Starts a Machine's process. @throws when the image has no Node entry point */
export function startMachineProcess(options: MachineProcessOptions): MachineProcess {
  const { image, root } = options;
  const [command, ...args] = options.command ?? [...(image.config.Entrypoint ?? []), ...(image.config.Cmd ?? [])];
  if (command !== 'node') throw new Error(`The image starts "${command ?? 'nothing'}". A Machine of the twin starts Node entry points only.`);
  const ports = new Map<number, number>();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', join(import.meta.dirname, 'guard.ts'), ...args], {
    cwd: join(root, image.config.WorkingDir ?? '/'),
    env: { PATH: '/usr/bin:/bin', HOME: root, ...environmentOf(image), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  child.on('message', (message: { wanted?: number; port?: number }) => {
    if (typeof message.wanted === 'number' && typeof message.port === 'number') ports.set(message.wanted, message.port);
  });
  for (const stream of [child.stdout, child.stderr]) lines(stream, options.onLine);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', (code, signal) => {
      options.onExit(code, signal);
      resolve();
    });
  });
  return { port: (internal) => ports.get(internal) ?? null, suspend: () => signalGroup(child, 'SIGSTOP'), resume: () => signalGroup(child, 'SIGCONT'), stop: (graceMs, signal = 'SIGINT') => stop(child, ended, { graceMs, signal }) };
}

async function stop(child: ChildProcess, ended: Promise<void>, { graceMs, signal }: { graceMs: number; signal: string }): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    if (graceMs > 0) child.kill(isSignal(signal) ? signal : 'SIGINT');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), Math.max(0, graceMs));
    await ended;
    clearTimeout(timer);
  }
  signalGroup(child, 'SIGKILL');
}

function isSignal(name: string): name is NodeJS.Signals {
  return name in constants.signals;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended by itself.
  }
}

function environmentOf(image: StoredImage): Record<string, string> {
  const pairs = (image.config.Env ?? []).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => name !== 'PATH'));
}

function lines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    parts.forEach(onLine);
  });
}
