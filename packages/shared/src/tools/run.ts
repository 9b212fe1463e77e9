import { spawn } from 'node:child_process';
import type { Log } from '../action/definition.ts';
import { neutralise, processRedactor, Secret } from '../secrets/index.ts';
import { lineReader } from './lines.ts';
import { endGroup, watchGroup } from './group.ts';

export type ToolStream = 'stdout' | 'stderr';

export interface ToolRun {
  command: string;
  /** Never a secret: every process of the machine can read argv. */
  args: readonly string[];
  cwd?: string;
  /** The whole environment of the child; see `childEnvironment`. */
  environment: Record<string, string | Secret>;
  stdin?: string | Secret;
  deadlineMs: number;
  signal: AbortSignal;
  log: Log;
  /** The line as the tool wrote it: not redacted, for parsing only. */
  onLine?(line: string, stream: ToolStream): void;
  /** Of each stream in the result; what is beyond is still logged. Default 4 MiB. */
  maxBytes?: number;
  /** From SIGINT to SIGTERM; default 3000. */
  graceMs?: number;
  /** The same after the deadline, where nobody waits for us as after a cancel; default `graceMs`. */
  deadlineGraceMs?: number;
  /** Nothing of it in the log, unless debug. */
  quiet?: boolean;
}

/** An exit code is what the tool said, not what happened. */
export interface ToolResult {
  exitCode: number | null;
  signal: string | null;
  timedOut: boolean;
  cancelled: boolean;
  stdout: string;
  stderr: string;
  seconds: number;
}

/** Runs a program by argv in a process group of its own; the group is gone when this returns. A missing program rejects. */
export async function runTool(tool: ToolRun): Promise<ToolResult> {
  const started = performance.now();
  tool.signal.throwIfAborted();
  const child = spawn(tool.command, [...tool.args], {
    ...(tool.cwd === undefined ? {} : { cwd: tool.cwd }),
    env: revealed(tool.environment),
    detached: true,
    shell: false,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`${tool.command} could not be started: ${cause.message}`, { cause })));
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  const unwatch = watchGroup(pid);
  let cancelled = false;
  let timedOut = false;
  const graceMs = tool.graceMs ?? 3_000;
  const cancel = (): void => {
    cancelled = true;
    endGroup(pid, graceMs);
  };
  tool.signal.addEventListener('abort', cancel, { once: true });
  if (tool.signal.aborted) cancel();
  const deadline = setTimeout(() => {
    timedOut = true;
    endGroup(pid, tool.deadlineGraceMs ?? graceMs);
  }, tool.deadlineMs);

  const capture = { stdout: capturing(tool, 'stdout'), stderr: capturing(tool, 'stderr') };
  child.stdout.on('data', capture.stdout.take);
  child.stderr.on('data', capture.stderr.take);
  // A child that ends without reading its input is no fault of ours: the exit code and the read-back speak.
  child.stdin.on('error', () => {});
  child.stdin.end(tool.stdin instanceof Secret ? tool.stdin.reveal() : (tool.stdin ?? ''));

  const [exitCode, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (code, by) => {
      // A grandchild may keep the pipes open: what it writes later than this is not waited for.
      const late = setTimeout(() => resolve([code, by]), 1_000);
      child.once('close', () => {
        clearTimeout(late);
        resolve([code, by]);
      });
    });
  });
  clearTimeout(deadline);
  tool.signal.removeEventListener('abort', cancel);
  unwatch();
  child.stdout.destroy();
  child.stderr.destroy();
  return { exitCode, signal, timedOut, cancelled, stdout: capture.stdout.end(), stderr: capture.stderr.end(), seconds: (performance.now() - started) / 1000 };
}

function revealed(environment: Record<string, string | Secret>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]));
}

function capturing(tool: ToolRun, stream: ToolStream): { take(chunk: Buffer): void; end(): string } {
  const most = tool.maxBytes ?? 4 * 1024 * 1024;
  const kept: Buffer[] = [];
  let size = 0;
  const lines = lineReader((line) => {
    tool.onLine?.(line, stream);
    const shown = `  │ ${neutralise(processRedactor.redact(line)).replaceAll('\n', ' ')}`;
    if (tool.quiet === true) tool.log.debug(shown);
    else tool.log.info(shown);
  });
  return {
    take(chunk) {
      if (size < most) kept.push(chunk.subarray(0, most - size));
      size += chunk.length;
      lines.take(chunk);
    },
    end() {
      lines.end();
      return Buffer.concat(kept).toString('utf8');
    },
  };
}
