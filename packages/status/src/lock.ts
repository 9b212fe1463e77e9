import { describeHolder, gitRefClient, readLock } from '@vendure-deploy/shared/lock';
import { githubClient } from '@vendure-deploy/shared/providers/github';
import type { Github } from './last-deploy.ts';

export type LockSeen =
  | { readonly kind: 'free' }
  /** `run`: how GitHub says that the holder's run stands. */
  | { readonly kind: 'held'; readonly holder: string; readonly reason: string; readonly run: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Who holds the lock, and whether that run still lives. */
export async function readLockOf(environment: string, { http, token, repository, apiUrl }: Github): Promise<LockSeen> {
  const reading = await readLock(gitRefClient({ http, token, repository, apiUrl }), environment);
  if (reading.kind === 'unknown') return reading;
  if (reading.kind === 'absent' || reading.state.state === 'free' || reading.state.holder === null) return { kind: 'free' };
  const { holder, reason } = reading.state;
  const run = await githubClient({ http, token, apiUrl }).runStatus(holder.repo, holder.run_id, holder.run_attempt);
  return { kind: 'held', holder: describeHolder(holder), reason, run: run.kind === 'completed' ? `ended: ${run.conclusion}` : run.kind === 'active' ? 'still running' : `unknown: ${run.why}` };
}
