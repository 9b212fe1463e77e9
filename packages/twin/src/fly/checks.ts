import net from 'node:net';
import type { Machine } from './machine.ts';

/** Asks a Machine's checks for as long as it runs. `isIll`: whatever they would say, they fail. @returns what ends it */
export function pollChecks(machine: Machine, { speed, isIll }: { speed: number; isIll: () => boolean }): () => void {
  if (machine.checks.length === 0) return () => undefined;
  const timer = setInterval(() => void poll(machine, !isIll()), Math.max(SHORTEST_MS, intervalMs(machine) / speed));
  return () => clearInterval(timer);
}

const SHORTEST_MS = 100;
const TIMEOUT_MS = 2000;

async function poll(machine: Machine, healthy: boolean): Promise<void> {
  for (const check of machine.checks) {
    const port = machine.process?.port(check.port) ?? null;
    const said = healthy && port !== null ? await answerOf(port, check.check) : 'connect: connection refused';
    check.status = said === 'ok' ? 'passing' : 'critical';
    check.output = said;
    check.updatedAt = new Date().toISOString();
  }
}

function answerOf(port: number, { type, path }: Machine['checks'][number]['check']): Promise<string> {
  return type === 'tcp' ? connect(port) : ask(port, path ?? '/');
}

/** A TCP check is content with a connection. */
function connect(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    const say = (said: string): void => {
      socket.destroy();
      resolve(said);
    };
    socket.setTimeout(TIMEOUT_MS, () => say('connect: timeout'));
    socket.once('connect', () => say('ok'));
    socket.once('error', (error) => say(error.message));
  });
}

async function ask(port: number, path: string): Promise<string> {
  return fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' }).then(
    (response) => (response.status >= 200 && response.status < 300 ? 'ok' : `HTTP ${response.status}`),
    (error: Error) => error.message,
  );
}

function intervalMs(machine: Machine): number {
  return durationMs(machine.checks[0]?.check.interval) ?? 15_000;
}

/** As fly.toml writes one; null when it is none. */
export function durationMs(text: string | undefined): number | null {
  const [, number, unit = 's'] = /^(\d+)(ms|s|m|h)?$/u.exec(text ?? '') ?? [];
  return number === undefined ? null : Number(number) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? 1000);
}
