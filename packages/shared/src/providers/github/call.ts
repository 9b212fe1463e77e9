import { z } from 'zod';
import type { HttpMethod, HttpResponse } from '../../net/index.ts';
import { Secret } from '../../secrets/index.ts';
import { codeOfStatus, ProviderError } from '../error.ts';
import type { GitHubClientOptions } from './client.ts';

interface Call {
  readonly method: HttpMethod;
  /** After the API's address. */
  readonly path: string;
  readonly body?: unknown;
}

const CALL_MS = 20_000;

const refusal = z.object({ message: z.string().min(1) });

/** One call by REST, sent once if it is a write. Any answer is an answer. @throws {ProviderError} `unavailable`: there was none */
export async function send({ http, token, apiUrl }: GitHubClientOptions, { method, path, body }: Call): Promise<HttpResponse> {
  const answer = await http.request({
    method,
    url: `${apiUrl}/${path}`,
    headers: { authorization: new Secret(`Bearer ${token.reveal()}`), accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    deadlineMs: CALL_MS,
  });
  if (answer.kind === 'unreachable') throw new ProviderError('unavailable', answer.message);
  return answer;
}

/** What it answered with a status below 300. @throws {ProviderError} with GitHub's own words */
export async function ask(options: GitHubClientOptions, call: Call): Promise<unknown> {
  const answer = await send(options, call);
  if (answer.status < 300) return jsonOf(answer);
  throw refused(answer, call);
}

export function refused(answer: HttpResponse, { method, path }: Call): ProviderError {
  const why = refusal.safeParse(jsonOf(answer)).data?.message;
  return new ProviderError(codeOfStatus(answer.status), `GitHub answered ${answer.status}${why === undefined ? '' : ` (${why})`} to ${method} ${path.replace(/\?.*$/u, '')}`);
}

/** null where the body is no JSON. */
export function jsonOf(answer: HttpResponse): unknown {
  try {
    return answer.json();
  } catch {
    return null;
  }
}
