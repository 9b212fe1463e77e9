import { childEnvironment } from './environment.ts';

/** A short local question, such as `git rev-parse`: its trimmed answer, or null when the tool says no. Nothing of it is logged. */
export async function query(command: string, args: readonly string[], cwd: string): Promise<string | null> {
  const { getExecOutput } = await import('@actions/exec');
  const { exitCode, stdout } = await getExecOutput(command, [...args], { cwd, env: childEnvironment({}), silent: true, ignoreReturnCode: true });
  return exitCode === 0 ? stdout.trim() : null;
}

/** The same for an answer that is no text: its bytes as they came. @param input what the tool reads from standard input */
export async function queryBytes(command: string, args: readonly string[], cwd: string, input: string): Promise<Buffer | null> {
  const { exec } = await import('@actions/exec');
  const chunks: Buffer[] = [];
  const exitCode = await exec(command, [...args], { cwd, env: childEnvironment({}), silent: true, ignoreReturnCode: true, input: Buffer.from(input), listeners: { stdout: (chunk) => void chunks.push(chunk) } });
  return exitCode === 0 ? Buffer.concat(chunks) : null;
}
