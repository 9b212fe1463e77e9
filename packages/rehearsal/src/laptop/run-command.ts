import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

interface Place {
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

/** What a terminal and a supervisor send. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs it in a process group of its own, with this process's own input and output. Each signal that comes is handed to the whole group, which decides what it
 * means (a shell goes on); what of it is there once the command has ended is ended, too. @returns its exit code
 */
export async function runCommand([command, ...args]: readonly [string, ...string[]], { environment, workingDirectory }: Place): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...environment }, cwd: workingDirectory, detached: true });
  const handOn = (signal: NodeJS.Signals): void => signalGroup(child, signal);
  for (const signal of SIGNALS) process.on(signal, handOn);
  try {
    return await ended(child, command);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, handOn);
    signalGroup(child, 'SIGKILL');
  }
}

function ended(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => reject(new Error(cause.code === 'ENOENT' ? `There is no program "${command}" in this world.` : `"${command}" could not be started: ${cause.message}`, { cause })));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended by itself.
  }
}
