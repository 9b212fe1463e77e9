import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All that it sees of an environment; without it, this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface Ran {
  readonly code: number | null;
  readonly seconds: number;
  /** What it wrote to standard output, and to both. */
  readonly output: string;
  readonly said: string;
}

/** Runs a command to its end; nothing looks at it meanwhile, so that looking costs it nothing. */
export async function timed(what: Command): Promise<Ran> {
  const started = performance.now();
  const { child, output, said } = begin(what);
  child.stdin?.end();
  const code = await ended(child);
  return { code, seconds: (performance.now() - started) / 1000, output: output(), said: said() };
}

/** The same under observation: a run of its own where the seconds are short. */
export async function weighed(what: Command, everyMs: number): Promise<Ran & { readonly peakMb: number }> {
  const started = performance.now();
  const { child, output, said } = begin(what);
  child.stdin?.end();
  const watch = watchTree(child.pid ?? 0, everyMs);
  const code = await ended(child);
  const seconds = (performance.now() - started) / 1000;
  return { code, seconds, output: output(), said: said(), peakMb: await watch.stop() };
}

export function begin({ command, args, cwd, environment }: Command): { child: ChildProcess; output(): string; said(): string } {
  const child = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'], env: environment ?? process.env });
  const all: string[] = [];
  const output: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (all.push(chunk), output.push(chunk)));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => all.push(chunk));
  return { child, output: () => output.join(''), said: () => all.join('') };
}

export function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
}

/** Adds up what is resident of a process and all that descend from it, again and again. @returns the most that it was at one time */
export function watchTree(root: number, everyMs: number): { stop(): Promise<number> } {
  // Whoever was seen below the root stays a member when its parent ends and it becomes init's child.
  const members = new Map<number, string>([[root, '']]);
  let most = 0;
  const end = new AbortController();
  const watching = (async () => {
    while (!end.signal.aborted) {
      most = Math.max(most, await resident(members));
      await sleep(everyMs);
    }
  })();
  return {
    stop: async () => {
      end.abort();
      await watching;
      return most / 1024 / 1024;
    },
  };
}

const PAGE = 4096;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly started: string;
  readonly bytes: number;
}

async function resident(members: Map<number, string>): Promise<number> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name)).map(Number);
  const all = (await Promise.all(ids.map(readProcess))).filter((one) => one !== null);
  let sum = 0;
  let found = true;
  const counted = new Set<number>();
  while (found) {
    found = false;
    for (const one of all) {
      if (counted.has(one.pid)) continue;
      const known = members.get(one.pid);
      const own = known === '' || known === one.started || (counted.has(one.parent) && one.pid > 1);
      if (!own) continue;
      members.set(one.pid, one.started);
      counted.add(one.pid);
      sum += one.bytes;
      found = true;
    }
  }
  return sum;
}

/** Fields 4, 22 and 24 of proc_pid_stat(5). */
async function readProcess(pid: number): Promise<Process | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 22) return null;
  return { pid, parent: Number(fields[1]), started: fields[19] ?? '', bytes: Number(fields[21]) * PAGE };
}
