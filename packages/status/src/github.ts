import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { HttpClient } from '@vendure-deploy/shared/net';
import { Secret } from '@vendure-deploy/shared/secrets';
import type { Github } from './last-deploy.ts';

const run = promisify(execFile);
// Both answer from this machine's own files.
const ASK_MS = 5000;

/** With the operator's own environment: by which token and about which repository. `why`: what is missing, and what to do. */
export async function githubOf({ http, repository, config }: { http: HttpClient; repository: string | null; config: string }): Promise<{ github: Github } | { why: string }> {
  const token = process.env['GITHUB_TOKEN'] ?? process.env['GH_TOKEN'] ?? (await said('gh', ['auth', 'token'], '.'));
  const name = repository ?? process.env['GITHUB_REPOSITORY'] ?? nameIn(await said('git', ['config', '--get', 'remote.origin.url'], dirname(config)));
  if (token === '') return { why: 'there is no token; set GITHUB_TOKEN, or log in:  gh auth login' };
  if (name === '') return { why: 'the repository is not known; give --repository owner/name' };
  return { github: { http, token: new Secret(token), repository: name, apiUrl: process.env['GITHUB_API_URL'] ?? 'https://api.github.com' } };
}

function nameIn(remote: string): string {
  return /[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/u.exec(remote)?.[1] ?? '';
}

/** '' when it cannot say. */
async function said(command: string, args: readonly string[], cwd: string): Promise<string> {
  return run(command, [...args], { cwd, timeout: ASK_MS }).then(({ stdout }) => stdout.trim(), () => '');
}
