import type { HttpClient, HttpResult } from '../../net/index.ts';
import { processRedactor, Secret } from '../../secrets/index.ts';
import { codeOfStatus, ProviderError } from '../error.ts';

/** `unknown`: it cannot be told without a write, or GitHub gave no answer. */
export type Held = 'yes' | 'no' | 'unknown';

export const TOKEN_AREAS = ['contents', 'actions', 'deployments'] as const;
export type TokenArea = (typeof TOKEN_AREAS)[number];

export interface TokenRights {
  readonly areas: Readonly<Record<TokenArea, { readonly read: Held; readonly write: Held }>>;
  /** Milliseconds since 1970; null: GitHub names no end. */
  readonly endsAt: number | null;
}

export interface TokenQuestion {
  readonly http: HttpClient;
  readonly token: Secret;
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly repository: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * What the token may do in the repository, as far as reading tells. No endpoint lists what a job's token holds, but each area refuses a read by 403, and git's
 * own door for a push says before anything is sent whether it would be taken. `deployments: write` shows only of a classic token, by its scopes.
 * @throws {ProviderError} `unauthorized`, `not-found`, `unavailable`: of the repository itself nothing was told
 * @see https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
 */
export async function githubTokenRights(question: TokenQuestion): Promise<TokenRights> {
  const { apiUrl, serverUrl, repository, token } = question;
  const repos = `${apiUrl}/repos/${repository}`;
  const bearer = new Secret(`Bearer ${token.reveal()}`);
  const api = (path: string): Promise<HttpResult> => ask(question, `${repos}${path}`, { authorization: bearer, accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' });
  const [itself, contents, actions, deployments, push] = await Promise.all([
    api(''),
    api('/git/matching-refs/heads/deploy-lock/'),
    api('/actions/runs?per_page=1'),
    api('/deployments?per_page=1'),
    ask(question, `${serverUrl}/${repository}.git/info/refs?service=git-receive-pack`, { authorization: basic(token) }),
  ]);
  if (itself.kind === 'unreachable') throw new ProviderError('unavailable', `GitHub did not answer: ${itself.message}`);
  if (itself.status !== 200) throw new ProviderError(codeOfStatus(itself.status), `GitHub answered ${itself.status} for the repository ${repository}`);
  const scopes = (itself.headers['x-oauth-scopes'] ?? '').split(',').map((scope) => scope.trim());
  const byScope: Held = scopes.includes('repo') ? 'yes' : 'unknown';
  const ends = Date.parse(itself.headers['github-authentication-token-expiration'] ?? '');
  return {
    areas: {
      contents: { read: readable(contents), write: pushable(push) },
      actions: { read: readable(actions), write: readable(actions) === 'no' ? 'no' : byScope },
      deployments: { read: readable(deployments), write: readable(deployments) === 'no' ? 'no' : byScope },
    },
    endsAt: Number.isNaN(ends) ? null : ends,
  };
}

function ask({ http, deadlineMs, signal }: TokenQuestion, url: string, headers: Record<string, string | Secret>): Promise<HttpResult> {
  return http.request({ method: 'GET', url, headers, deadlineMs, signal });
}

function readable(answer: HttpResult): Held {
  if (answer.kind === 'unreachable') return 'unknown';
  if (answer.status === 200) return 'yes';
  return answer.status === 403 ? 'no' : 'unknown';
}

/** git asks the same before each push: 403, "Write access to repository not granted". */
function pushable(answer: HttpResult): Held {
  if (answer.kind === 'unreachable') return 'unknown';
  if (answer.status === 200) return 'yes';
  return answer.status === 401 || answer.status === 403 ? 'no' : 'unknown';
}

function basic(token: Secret): Secret {
  const encoded = Buffer.from(`x-access-token:${token.reveal()}`).toString('base64');
  processRedactor.register(encoded);
  return new Secret(`Basic ${encoded}`);
}
