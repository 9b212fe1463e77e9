import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestRecord, Truth } from '@vendure-deploy/twin';
import type { Outcome } from '../src/outcome.ts';
import { readShopConfig, surfacesOf } from '../src/shop/config.ts';
import { openWorld } from '../src/world/open.ts';

/** Far beyond what one rehearsal takes on two busy cores. */
export const LONG = 6 * 60_000;

export interface Rehearsed {
  readonly exitCode: number;
  readonly outcome: Outcome;
  /** What a person sees on the terminal. */
  readonly said: string;
  readonly summary: string;
  readonly log: string;
  /** Every call that left a process of the run. */
  readonly requests: readonly RequestRecord[];
  /** The document of deploy-report; null: the lane ended before it, or has none. */
  readonly report: Report | null;
}

/** As far as a test reads it. */
export interface Report {
  readonly verdict: string;
  readonly sha: string;
  readonly next: readonly string[];
  readonly diagnoses: readonly { readonly kind: string; readonly phase: string; readonly check: string; readonly id?: string; readonly lines?: readonly string[] }[];
}

const MAIN = join(import.meta.dirname, '../src/main.ts');
const NODE = ['--disable-warning=ExperimentalWarning', '--conditions=@vendure-deploy/source', MAIN];

/** Runs one rehearsal as a user does: another process, its command line, its exit code and what it leaves in `--out`. */
export async function rehearsed(lane: string, ...args: readonly string[]): Promise<Rehearsed> {
  const out = await mkdtemp(join(tmpdir(), 'rehearsed-'));
  try {
    const { exitCode, said } = await start([...NODE, lane, '--out', out, ...args]);
    const outcome = await readFile(join(out, 'outcome.json'), 'utf8').catch(() => {
      throw new Error(`The rehearsal left no outcome (exit code ${exitCode}):\n${said}`);
    });
    // KEEP_OUT=DIR keeps what a failing case left, for a person to read.
    if (process.env['KEEP_OUT'] !== undefined) await cp(out, join(process.env['KEEP_OUT'], `${lane}-${Date.now()}`), { recursive: true });
    return {
      exitCode,
      said,
      outcome: JSON.parse(outcome) as Outcome,
      summary: await readFile(join(out, 'summary.md'), 'utf8').catch(() => ''),
      log: await readFile(join(out, 'log.txt'), 'utf8').catch(() => ''),
      requests: await requestsIn(out),
      report: await reportIn(join(out, 'artifacts')),
    };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** What a run has written down of its calls. */
export async function requestsIn(out: string): Promise<RequestRecord[]> {
  const lines = await readFile(join(out, 'requests.jsonl'), 'utf8').catch(() => '');
  return lines.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as RequestRecord);
}

async function reportIn(artifacts: string): Promise<Report | null> {
  const name = (await readdir(artifacts).catch(() => [])).find((one) => one.startsWith('deploy-report-'));
  return name === undefined ? null : (JSON.parse(await readFile(join(artifacts, name, 'deploy-report.json'), 'utf8')) as Report);
}

/** A folder for a world that several rehearsals share. */
export async function worldFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'kept-world-'));
}

/** Starts a rehearsal and kills it, as a crash would, once it has said `when`. */
export async function killed(when: RegExp, lane: string, ...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [...NODE, lane, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (when.test(said)) child.kill('SIGKILL');
    });
    child.once('close', () => resolve());
  });
}

/** The command line alone, for what never starts. */
export function start(args: readonly string[]): Promise<{ exitCode: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, said: stdout + stderr }),
    );
  });
}

export function commandLine(...args: readonly string[]): Promise<{ exitCode: number; said: string }> {
  return start([...NODE, ...args]);
}

/** A rehearsal that goes on beside others, until it ends or is told to. */
export interface Going {
  /** Resolves once it has said that. */
  readonly said: (when: RegExp) => Promise<void>;
  /** Ctrl-C, and what it leaves. */
  readonly cancel: () => Promise<{ exitCode: number | null; outcome: Outcome }>;
}

export async function going(lane: string, ...args: readonly string[]): Promise<Going> {
  const out = await mkdtemp(join(tmpdir(), 'rehearsed-'));
  const child = spawn(process.execPath, [...NODE, lane, '--out', out, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  let ended = false;
  const exitCode = new Promise<number | null>((resolve) => child.once('close', (code) => {
    ended = true;
    resolve(code);
  }));
  return {
    said: (when) => eventually(async () => {
      if (ended && !when.test(said)) throw new Error(`It ended without that:\n${said}`);
      return when.test(said);
    }, 2 * 60_000),
    cancel: async () => {
      child.kill('SIGINT');
      const code = await exitCode;
      const outcome = JSON.parse(await readFile(join(out, 'outcome.json'), 'utf8')) as Outcome;
      await rm(out, { recursive: true, force: true });
      return { exitCode: code, outcome };
    },
  };
}

const LAPTOP = [...NODE.slice(0, -1), join(import.meta.dirname, '../src/laptop/main.ts')];

/** Types one line inside of a kept world, as `script/world <world> -- '<line>'` does. */
export function typed(world: string, command: string): Promise<{ exitCode: number; said: string }> {
  return start([...LAPTOP, world, '--', command]);
}

/** The same, sent a signal once it has said `when`. */
export function interruptedTyping(when: RegExp, world: string, command: string): Promise<{ exitCode: number | null; said: string }> {
  const child = spawn(process.execPath, [...LAPTOP, world, '--', command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let sent = false;
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (sent || !when.test(said)) return;
      sent = true;
      child.kill('SIGINT');
    });
    child.once('close', (exitCode) => resolve({ exitCode, said }));
  });
}

/** The same, sent a signal once that is so. */
export async function interruptedTypingWhen(isTime: () => Promise<boolean>, world: string, command: string): Promise<{ exitCode: number | null; said: string }> {
  const child = spawn(process.execPath, [...LAPTOP, world, '--', command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const ended = new Promise<number | null>((resolve) => { child.once('close', resolve); });
  while (child.exitCode === null && !(await isTime())) await new Promise((resolve) => setTimeout(resolve, 25));
  child.kill('SIGINT');
  return { exitCode: await ended, said };
}

/** What is so of an environment in a kept world, by its ground truth, and the environment of each of its Machines' processes. */
export async function insideOf(world: string, environment: 'production' | 'staging' = 'production'): Promise<{ truth: Truth; machines: readonly Readonly<Record<string, string>>[] }> {
  const opened = await openWorld({ directory: world, keep: true, speed: 10, from: null, say: () => undefined });
  try {
    const run = await opened.openRun({ faults: [], latencyMs: 0, environment });
    const surfaces = surfacesOf(await readShopConfig(opened.facts.shop), environment);
    const truth = await run.truth(surfaces);
    await run.close();
    return { truth, machines: (await machinesOf(world)).filter((one) => one['FLY_APP_NAME'] === surfaces.app) };
  } finally {
    await opened.leave();
  }
}

/** A Machine's process stands in a root folder of its world. */
async function machinesOf(world: string): Promise<Record<string, string>[]> {
  const folders = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/u.test(name)).map(async (id) => ({ id, place: await readlink(join('/proc', id, 'cwd')).catch(() => '') })));
  const texts = await Promise.all(folders.filter(({ place }) => place.startsWith(`${world}/`)).map(({ id }) => readFile(join('/proc', id, 'environ'), 'utf8').catch(() => '')));
  return texts.map((text) => Object.fromEntries(text.split('\0').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))).filter((one) => one['FLY_MACHINE_ID'] !== undefined);
}

/** Ids of processes that have that folder in their environment or their command line. */
export async function processesOf(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid);
  const marks = await Promise.all(ids.map(async (id) => ({ id, text: await Promise.all(['environ', 'cmdline'].map((file) => readFile(join('/proc', id, file), 'utf8').catch(() => ''))) })));
  return marks.filter(({ text }) => text.join('\0').includes(folder)).map(({ id }) => id);
}

/** Waits for what must come, by asking; the deadline is far beyond what it takes. */
export async function eventually(probe: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error('It never came to be.');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
