import type { RunEvent } from '@vendure-deploy/runner';

export const ACTIONS = ['opened', 'synchronize', 'reopened', 'closed'] as const;

/** What somebody did with a pull request. */
export interface PullRequestEvent {
  readonly number: number;
  readonly action: (typeof ACTIONS)[number];
  /** Its branch lies in another repository: GitHub gives the run no secret, and a token that only reads. */
  readonly fork: boolean;
}

interface Head {
  readonly repository: string;
  readonly branch: string;
  readonly sha: string;
  readonly actor: string;
}

const FORK = 'somebody/shop';

/** Its head is what runs: the merge of it with main, of which GitHub takes the workflow, is not made here. */
export function eventOf({ number, action, fork }: PullRequestEvent, { repository, branch, sha, actor }: Head): RunEvent {
  const base = { ref: 'main', repo: { full_name: repository, fork: false } };
  const head = { ref: branch, sha, repo: fork ? { full_name: FORK, fork: true } : base.repo };
  return { name: 'pull_request', inputs: {}, payload: { action, number, pull_request: { number, state: action === 'closed' ? 'closed' : 'open', merged: false, draft: false, user: { login: actor }, head, base } } };
}

export function refOf({ number }: PullRequestEvent): string {
  return `refs/pull/${number}/merge`;
}

/** GitHub's table for `pull_request` from a fork: whatever may be written, may only be read. */
export function narrowed(permissions: Readonly<Record<string, 'read' | 'write'>>): Record<string, 'read' | 'write'> {
  return Object.fromEntries(Object.keys(permissions).filter((scope) => scope !== 'id-token').map((scope) => [scope, 'read' as const]));
}
