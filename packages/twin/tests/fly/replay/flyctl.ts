import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedCommand, Recording } from './recording.ts';
import type { Wire } from './wire.ts';
import { TOKEN } from './world.ts';

export interface Ended {
  /** A signal's number below 0, as the recordings have it. */
  readonly exit: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

interface Place {
  readonly directory: string;
  readonly wire: Wire;
  readonly speed: number;
  /** Compiled code, for all processes. */
  readonly cache: string;
}

const STAND_IN = join(import.meta.dirname, '../../../src/fly/flyctl/main.ts');
const START = `import { main } from ${JSON.stringify(STAND_IN)}; process.exitCode = await main(process.argv.slice(1), { control: process.env.CONTROL });`;

/** Runs one command line with the stand-in, in the recording's surroundings, and signals it where the recording did. */
export function runFlyctl({ argv, stdin, seconds }: RecordedCommand, { environment = {}, signals = [] }: Recording, { directory, wire, speed, cache }: Place): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', START, '--', ...argv.split(' ')], {
    cwd: directory,
    stdio: 'pipe',
    env: Object.fromEntries(Object.entries({
      PATH: '/usr/bin:/bin', HOME: directory, NODE_COMPILE_CACHE: cache, CONTROL: wire.url,
      FLY_FLAPS_BASE_URL: wire.url, FLY_API_BASE_URL: wire.url, FLY_UIEX_BASE_URL: wire.url,
      FLY_API_TOKEN: TOKEN, FLY_EMIT_RELEASE_JSON: '1', FLY_CONFIG_DIR: join(directory, '.fly'), NO_COLOR: '1',
      ...environment,
    }).filter((entry): entry is [string, string] => entry[1] !== null)),
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin ?? '');
  for (const { sig, after, plus } of signals) {
    void wire.arrival(after.m, new RegExp(after.p, 'u'), after.count ?? 1).then(() => sleep((plus * 1000) / speed)).then(() => child.kill(`SIG${sig}`));
  }
  const hangs = setTimeout(() => child.kill('SIGKILL'), (seconds * 1000 * 2) / speed + LONGEST_START_MS);
  child.once('close', (code, signal) => {
    clearTimeout(hangs);
    resolve({ exit: signal === null ? code ?? -1 : -(NUMBERS[signal] ?? 0), stdout: linesOf(said.stdout), stderr: linesOf(said.stderr) });
  });
  return promise;
}

// Far beyond what a start takes: a stand-in that never ends is killed, and so disagrees.
const LONGEST_START_MS = 20_000;
const NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function linesOf(text: string): string[] {
  return text.replace(/\n$/u, '').split('\n');
}
