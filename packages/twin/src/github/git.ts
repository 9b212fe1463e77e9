import { spawn } from 'node:child_process';

/** Git of the machine without its configuration. */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C',
  GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*', GIT_CONFIG_KEY_1: 'http.receivepack', GIT_CONFIG_VALUE_1: 'true',
};

export class GitRefusal extends Error {
  override readonly name = 'GitRefusal';
}

/** @throws {GitRefusal} with git's own words when it exits with another code than 0 */
export function git(directory: string, args: readonly string[], given: { stdin?: string | Uint8Array; environment?: Record<string, string> } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--git-dir', directory, ...args], { env: { ...GIT_ENVIRONMENT, ...given.environment }, stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.stdin.on('error', () => undefined); // git may close before it has read everything
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
      else reject(new GitRefusal(Buffer.concat(said).toString('utf8').trim() || `git ${args[0] ?? ''} exited with ${code ?? 'a signal'}`));
    });
    child.stdin.end(given.stdin ?? '');
  });
}

/** null instead of git's refusal. */
export async function gitOrNull(directory: string, args: readonly string[]): Promise<string | null> {
  try {
    return (await git(directory, args)).trim();
  } catch (error) {
    if (error instanceof GitRefusal) return null;
    throw error;
  }
}
