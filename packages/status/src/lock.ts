import { describeHold, gitRefClient, inspectLock, type RunHolder } from '@vendure-deploy/shared/lock';
import { githubClient } from '@vendure-deploy/shared/providers/github';
import type { Github } from './last-deploy.ts';

export type LockSeen =
  | { readonly kind: 'free' }
  /** `run`: how GitHub says that the holder's run stands. */
  | { readonly kind: 'held'; readonly holder: string; readonly reason: string; readonly run: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Who holds the lock, and whether that run still lives. */
export async function readLockOf(environment: string, { http, token, repository, apiUrl }: Github): Promise<LockSeen> {
  const reading = await inspectLock(gitRefClient({ http, token, repository, apiUrl }), environment);
  if (reading.kind === 'absent') return { kind: 'free' };
  if (reading.kind !== 'read') return { kind: 'unknown', why: reading.why };
  const { state, holder, reason } = reading.state;
  if (state === 'free' || holder === null) return { kind: 'free' };
  return { kind: 'held', holder: describeHold(holder, reading.state), reason, run: holder.kind === 'local' ? 'on a machine that GitHub knows nothing of' : await standingOf(holder) };

  async function standingOf({ repo, run_id: id, run_attempt: attempt }: RunHolder): Promise<string> {
    const run = await githubClient({ http, token, apiUrl }).runStatus(repo, id, attempt);
    return run.kind === 'completed' ? `ended: ${run.conclusion}` : run.kind === 'active' ? 'still running' : `unknown: ${run.why}`;
  }
}
