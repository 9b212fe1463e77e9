import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What git says of a folder. @throws {Error} with git's own words */
export async function git(folder: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await run('git', ['-C', folder, ...args], { env: { ...process.env, GIT_TERMINAL_PROMPT: '0', ...environment }, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** @returns null where git says no */
export function tryGit(folder: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string | null> {
  return git(folder, args, environment).catch(() => null);
}
