import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const root = join(import.meta.dirname, '../..');

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why it failed or was skipped; or what to know of it. */
  readonly said: string;
}

export interface Check {
  readonly name: string;
  run(say: (line: string) => void): Promise<Outcome>;
}

export const pass = (said = ''): Outcome => ({ passed: 1, failed: 0, skipped: 0, said });
export const fail = (said: string): Outcome => ({ passed: 0, failed: 1, skipped: 0, said });
export const skip = (said: string): Outcome => ({ passed: 0, failed: 0, skipped: 1, said });

/** What CI must have and this machine lacks is a failure there, and a visible line elsewhere. */
export const missing = (said: string): Outcome => (process.env['CI'] === 'true' ? fail(said) : skip(said));

const run = promisify(execFile);

export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly said: string;
}

export async function start(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env, cwd: string = root): Promise<Ended> {
  return run(command, [...args], { cwd, env: environment, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout, said: stdout + stderr }),
    (error: { code?: number | string; stdout?: string; stderr?: string; message: string }) => ({
      code: typeof error.code === 'number' ? error.code : 1,
      output: error.stdout ?? '',
      said: `${error.stdout ?? ''}${error.stderr ?? ''}` || error.message,
    }),
  );
}

/** What `script/test` counted. */
export function closingLine(said: string): Omit<Outcome, 'said'> {
  const [, passed, failed, skipped] = said.match(/^(\d+) passed, (\d+) failed, (\d+) skipped$/mu) ?? [];
  return passed === undefined ? { passed: 0, failed: 1, skipped: 0 } : { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}
