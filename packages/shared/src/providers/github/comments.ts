import { z } from 'zod';
import type { HttpMethod, HttpResult } from '../../net/index.ts';
import { Secret } from '../../secrets/index.ts';
import { codeOfStatus, ProviderError } from '../error.ts';
import type { GitHubClientOptions } from './client.ts';

export interface IssueComment {
  readonly id: number;
  readonly body: string;
}

/**
 * Comments of an issue, or of the pull request with its number. All throw ProviderError; a write is sent once: after `unavailable` it may have been done.
 * @see https://docs.github.com/en/rest/issues/comments
 */
export interface GitHubComments {
  /** All of them, the oldest first. */
  list(repository: string, issue: number): Promise<readonly IssueComment[]>;
  create(repository: string, issue: number, body: string): Promise<void>;
  update(repository: string, comment: number, body: string): Promise<void>;
}

const CALL_MS = 20_000;
const PAGE = 100;
// GitHub takes 2,500 comments below one pull request.
const MOST_PAGES = 25;

const comments = z.array(z.object({ id: z.number(), body: z.string().nullish() })).transform((all): IssueComment[] => all.map(({ id, body }) => ({ id, body: body ?? '' })));
const refusal = z.object({ message: z.string().min(1) });

export function githubComments({ http, token, apiUrl }: GitHubClientOptions): GitHubComments {
  return {
    async list(repository, issue) {
      const all: IssueComment[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const some = comments.safeParse(await call('GET', `repos/${repository}/issues/${issue}/comments?per_page=${PAGE}&page=${page}`));
        if (!some.success) throw new ProviderError('unexpected-answer', `GitHub answered something else than the comments of ${issue}`);
        all.push(...some.data);
        if (some.data.length < PAGE) return all;
      }
      throw new ProviderError('unexpected-answer', `GitHub lists more than ${PAGE * MOST_PAGES} comments of ${issue}`);
    },
    create: async (repository, issue, body) => void (await call('POST', `repos/${repository}/issues/${issue}/comments`, { body })),
    update: async (repository, comment, body) => void (await call('PATCH', `repos/${repository}/issues/comments/${comment}`, { body })),
  };

  async function call(method: HttpMethod, path: string, body?: unknown): Promise<unknown> {
    const answer = await http.request({
      method,
      url: `${apiUrl}/${path}`,
      headers: { authorization: new Secret(`Bearer ${token.reveal()}`), accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      deadlineMs: CALL_MS,
    });
    if (answer.kind === 'unreachable') throw new ProviderError('unavailable', answer.message);
    const said = jsonOf(answer);
    if (answer.status < 300) return said;
    const why = refusal.safeParse(said).data?.message;
    throw new ProviderError(codeOfStatus(answer.status), `GitHub answered ${answer.status}${why === undefined ? '' : ` (${why})`} to ${method} ${path.replace(/\?.*$/u, '')}`);
  }
}

function jsonOf(answer: Extract<HttpResult, { kind: 'response' }>): unknown {
  try {
    return answer.json();
  } catch {
    return null;
  }
}
