import type { Comparison } from '@vendure-deploy/shared/providers/github';
import type { Finding } from '../check.ts';
import type { Serving } from '../serving.ts';

/** A commit of the default branch has been reviewed and tested as that branch is. @param status how the commit stands to it */
export function onDefaultBranch({ branch, sha, status, allowed }: { readonly branch: string; readonly sha: string; readonly status: Comparison['status']; readonly allowed: boolean }): Finding {
  if (status === 'behind' || status === 'identical') return { status: 'ok', evidence: `${sha} is on ${branch}`, next: '' };
  const evidence = `${sha} is not on ${branch} (${status})`;
  if (allowed) return { status: 'warning', evidence: `${evidence}; allow-non-main is set`, next: '' };
  return { status: 'failed', evidence, next: `Merge it into ${branch}, or run with allow_non_main=true.` };
}

/** The commit compared with what serves. */
export type Since = (serving: string) => Promise<Comparison>;

/** Whether what serves already contains the commit and more. */
export async function notOlder({ serving, since, sha, allowed }: { readonly serving: Serving; readonly since: Since; readonly sha: string; readonly allowed: boolean }): Promise<Finding> {
  if (serving.sha === null) return { status: 'warning', evidence: `what serves could not be read: ${serving.why}`, next: '' };
  if (serving.sha === sha) return { status: 'ok', evidence: `${serving.sha} serves already`, next: '' };
  const { status } = await since(serving.sha);
  if (status !== 'behind') return { status: 'ok', evidence: `${serving.sha} serves; the commit is ${status} of it`, next: '' };
  const evidence = `${serving.sha} serves and is newer than ${sha}`;
  if (allowed) return { status: 'warning', evidence: `${evidence}; allow-older is set`, next: '' };
  return { status: 'failed', evidence, next: 'Deploy a newer commit, or run with allow_older=true to go back.' };
}
