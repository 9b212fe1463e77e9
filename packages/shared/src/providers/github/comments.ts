import { z } from 'zod';
import { ProviderError } from '../error.ts';
import { ask } from './call.ts';
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

const PAGE = 100;
// GitHub takes 2,500 comments below one pull request.
const MOST_PAGES = 25;

const comments = z.array(z.object({ id: z.number(), body: z.string().nullish() })).transform((all): IssueComment[] => all.map(({ id, body }) => ({ id, body: body ?? '' })));

export function githubComments(options: GitHubClientOptions): GitHubComments {
  return {
    async list(repository, issue) {
      const all: IssueComment[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const some = comments.safeParse(await ask(options, { method: 'GET', path: `repos/${repository}/issues/${issue}/comments?per_page=${PAGE}&page=${page}` }));
        if (!some.success) throw new ProviderError('unexpected-answer', `GitHub answered something else than the comments of ${issue}`);
        all.push(...some.data);
        if (some.data.length < PAGE) return all;
      }
      throw new ProviderError('unexpected-answer', `GitHub lists more than ${PAGE * MOST_PAGES} comments of ${issue}`);
    },
    create: async (repository, issue, body) => void (await ask(options, { method: 'POST', path: `repos/${repository}/issues/${issue}/comments`, body: { body } })),
    update: async (repository, comment, body) => void (await ask(options, { method: 'PATCH', path: `repos/${repository}/issues/comments/${comment}`, body: { body } })),
  };
}
