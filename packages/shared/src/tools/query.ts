import { childEnvironment } from './environment.ts';

/** A short local question, such as `git rev-parse`: its trimmed answer, or null when the tool says no. Nothing of it is logged. */
export async function query(command: string, args: readonly string[], cwd: string): Promise<string | null> {
  const { getExecOutput } = await import('@actions/exec');
  const { exitCode, stdout } = await getExecOutput(command, [...args], { cwd, env: childEnvironment({}), silent: true, ignoreReturnCode: true });
  return exitCode === 0 ? stdout.trim() : null;
}
