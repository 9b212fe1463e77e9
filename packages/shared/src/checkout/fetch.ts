import { mkdir } from 'node:fs/promises';
import type { Log } from '../action/definition.ts';
import { processRedactor, Secret } from '../secrets/index.ts';
import { childEnvironment, runTool, type ToolResult } from '../tools/index.ts';
import { checkoutFault } from './fault.ts';

export interface CommitFetch {
  /** owner/name. */
  readonly repository: string;
  readonly serverUrl: string;
  readonly sha: string;
  readonly token: Secret;
  /** An empty folder, or none yet. */
  readonly folder: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * That one commit and nothing of its history, in a folder of its own. The token goes to git in its environment, and nothing of it stays on the disk.
 * @throws {Error} with what git said
 */
export async function fetchCommit({ repository, serverUrl, sha, token, folder, deadlineMs, signal, log }: CommitFetch): Promise<void> {
  await mkdir(folder, { recursive: true });
  const encoded = Buffer.from(`x-access-token:${token.reveal()}`).toString('base64');
  processRedactor.register(encoded);
  const environment = {
    ...childEnvironment({ GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: `http.${serverUrl}/.extraheader` }),
    GIT_CONFIG_VALUE_0: new Secret(`AUTHORIZATION: basic ${encoded}`),
  };
  const git = async (...args: string[]): Promise<void> => {
    const ended = await runTool({ command: 'git', args, cwd: folder, environment, deadlineMs, signal, log, quiet: true });
    signal.throwIfAborted();
    if (ended.exitCode !== 0) throw new Error(`git ${args[0] ?? ''} of ${sha} ${whyOf(ended, deadlineMs)}`);
  };
  // No template: no hook of the machine runs in it.
  await git('init', '--quiet', '--template=', '.');
  await git('fetch', '--quiet', '--depth=1', '--no-tags', `${serverUrl}/${repository}`, sha);
  await git('checkout', '--quiet', '--detach', sha);
  const fault = await checkoutFault(folder, sha, { untracked: true });
  if (fault !== null) throw new Error(`what git fetched is not ${sha}: ${fault.why}`);
}

function whyOf({ timedOut, exitCode, signal, stderr }: ToolResult, deadlineMs: number): string {
  if (timedOut) return `did not end within ${deadlineMs / 1000} s`;
  const words = processRedactor.redact(stderr).trim().split('\n').slice(-3).join(' ').slice(0, 500);
  return `ended with ${exitCode ?? signal ?? 'nothing'}${words === '' ? '' : `: ${words}`}`;
}
