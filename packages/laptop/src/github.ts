import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { HttpClient } from '@vendure-deploy/shared/net';
import { Secret } from '@vendure-deploy/shared/secrets';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

const run = promisify(execFile);
// It answers from this machine's own files.
const ASK_MS = 5_000;
const CALL_MS = 10_000;

/** The operator's own: of this shell, else gh's. @throws {Refusal} */
export async function operatorsToken(environment: NodeJS.ProcessEnv): Promise<string> {
  const given = environment['GITHUB_TOKEN'] ?? environment['GH_TOKEN'] ?? '';
  const token = given === '' ? await run('gh', ['auth', 'token'], { timeout: ASK_MS }).then(({ stdout }) => stdout.trim(), () => '') : given;
  if (token === '') throw new Refusal('there is no token for GitHub. Log in:  gh auth login   or set GITHUB_TOKEN (contents, actions and deployments of the shop)');
  return token;
}

/** As whom GitHub knows that token. @returns null: a token of an app, or GitHub does not say */
export async function loginOf(http: HttpClient, token: string, apiUrl: string): Promise<string | null> {
  const answer = await http.request({ method: 'GET', url: `${apiUrl}/user`, headers: { authorization: new Secret(`Bearer ${token}`), accept: 'application/vnd.github+json' }, deadlineMs: CALL_MS });
  if (answer.kind !== 'response' || answer.status !== 200) return null;
  return z.object({ login: z.string() }).safeParse(answer.json()).data?.login ?? null;
}
