import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from '../src/outcome.ts';

/** Far beyond what one rehearsal takes on two busy cores. */
export const LONG = 6 * 60_000;

export interface Rehearsed {
  readonly exitCode: number;
  readonly outcome: Outcome;
  /** What a person sees on the terminal. */
  readonly said: string;
  readonly summary: string;
  readonly log: string;
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
    };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
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
