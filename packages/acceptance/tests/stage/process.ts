import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** A server that we started: it ends by its own process id. */
export interface Server extends AsyncDisposable {
  readonly pid: number;
  /** What it wrote so far. */
  said(): string;
}

/** Fulfilled once `ready` is. @throws {Error} with its last words, when it ends before */
export async function startServer(command: string, args: readonly string[], environment: Readonly<Record<string, string | undefined>>, ready: () => Promise<boolean>): Promise<Server> {
  const child = spawn(command, [...args], { env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-20_000)));
  const ended = once(child, 'exit');
  while (!(await ready())) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${command} ended before it was ready:\n${said}`);
    await setTimeout(50);
  }
  return {
    pid: child.pid ?? 0,
    said: () => said,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      // A daemon that waits for something of ours would hold the tests for ever.
      const late = AbortSignal.timeout(20_000);
      late.addEventListener('abort', () => child.kill('SIGKILL'));
      await ended;
    },
  };
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(command: string, args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, [...args], { env: { ...environment }, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }));
  });
}

/** One that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
