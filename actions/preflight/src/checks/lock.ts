import { describeHolder, holderOf, inspectLock, lockRef, sameRun, type GitRefClient } from '@vendure-deploy/shared/lock';
import type { RunContext } from '@vendure-deploy/shared/action';
import type { GitHubClient } from '@vendure-deploy/shared/providers/github';
import type { Finding } from '../check.ts';

/** A held lock is a warning: the holder may be gone when the lock is needed, and acquiring decides. */
export async function lockCheck(git: GitRefClient, github: GitHubClient, run: RunContext, environment: string): Promise<Finding> {
  const reading = await inspectLock(git, environment);
  if (reading.kind === 'unknown') return { status: 'warning', evidence: `the lock could not be read: ${reading.why}`, next: '' };
  const holder = reading.kind === 'read' && reading.state.state === 'held' ? reading.state.holder : null;
  if (holder === null) return { status: 'ok', evidence: `${lockRef(environment)} is free`, next: '' };
  if (sameRun(holder, holderOf(run))) return { status: 'ok', evidence: 'this run holds the lock', next: '' };
  const status = holder.kind === 'actions' ? await github.runStatus(holder.repo, holder.run_id, holder.run_attempt) : { kind: 'unknown' as const };
  const state = status.kind === 'completed' ? `, whose run has ended (${status.conclusion})` : status.kind === 'active' ? ', whose run is active' : '';
  return { status: 'warning', evidence: `held by ${describeHolder(holder)}${state}`, next: holder.kind === 'actions' ? `gh run view ${holder.run_id} -R ${holder.repo}` : '' };
}

/** Every later step would find that out as well, after the image was built. */
export function outOfReach(repository: string, environment: string): Finding {
  return {
    status: 'failed', evidence: `the lock of ${environment} is in ${repository}, which this run's own token does not reach`,
    next: `Set LOCK_TOKEN, a token of a GitHub App that may write contents of ${repository} and read contents and actions of both:  gh secret set LOCK_TOKEN --env ${environment}`,
  };
}
