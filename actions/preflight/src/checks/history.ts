import type { GitHubClient } from '@vendure-deploy/shared/providers/github';
import type { Finding } from '../check.ts';
import type { Serving } from '../serving.ts';

/** A commit of the default branch has been reviewed and tested as that branch is. */
export async function onDefaultBranch(github: GitHubClient, repository: string, sha: string, allowed: boolean): Promise<Finding> {
  const branch = await github.defaultBranch(repository);
  const status = await github.compare(repository, branch, sha);
  if (status === 'behind' || status === 'identical') return { status: 'ok', evidence: `${sha} is on ${branch}`, next: '' };
  const evidence = `${sha} is not on ${branch} (${status})`;
  if (allowed) return { status: 'warning', evidence: `${evidence}; allow-non-main is set`, next: '' };
  return { status: 'failed', evidence, next: `Merge it into ${branch}, or run with allow_non_main=true.` };
}

/** Whether what serves already contains the commit and more. */
export async function notOlder(options: { serving: Serving; github: GitHubClient; repository: string; sha: string; allowed: boolean }): Promise<Finding> {
  const { serving } = options;
  if (serving.sha === null) return { status: 'warning', evidence: `what serves could not be read: ${serving.why}`, next: '' };
  if (serving.sha === options.sha) return { status: 'ok', evidence: `${serving.sha} serves already`, next: '' };
  const status = await options.github.compare(options.repository, serving.sha, options.sha);
  if (status !== 'behind') return { status: 'ok', evidence: `${serving.sha} serves; the commit is ${status} of it`, next: '' };
  const evidence = `${serving.sha} serves and is newer than ${options.sha}`;
  if (options.allowed) return { status: 'warning', evidence: `${evidence}; allow-older is set`, next: '' };
  return { status: 'failed', evidence, next: 'Deploy a newer commit, or run with allow_older=true to go back.' };
}
