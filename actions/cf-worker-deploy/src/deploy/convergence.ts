import type { Observed } from './observe.ts';

export type Converged = 'target' | 'before' | 'arriving' | 'mixed' | 'unreadable';

/** What is wanted, and from where we came. */
export interface Course {
  readonly sha: string;
  /** What wrangler called its version; null when it did not come to that. */
  readonly versionId: string | null;
  readonly anchor: Observed;
}

/**
 * Where what was read back stands: at the new version on both sides, where it was, at the new version for Cloudflare but not yet for the
 * public, somewhere else, or not to be told.
 */
export function convergence({ sha, versionId, anchor }: Course, { live, public: answered }: Observed): Converged {
  if (live.kind === 'unreadable') return 'unreadable';
  if (live.kind === 'absent') return anchor.live.kind === 'absent' ? 'before' : 'mixed';
  if (live.kind === 'split') return 'mixed';
  if (anchor.live.kind === 'live' && live.versionId === anchor.live.versionId) return 'before';
  if (live.tag !== sha && live.versionId !== versionId) return 'mixed';
  // That it answers, and to whom, is for whoever opens the lane to prove.
  if (answered.kind === 'hidden') return 'target';
  return isFrom(live.versionId, answered) && answered.sha === sha ? 'target' : 'arriving';
}

/** Whether an answer names this version; two versions may have one commit. Body and header must not disagree. */
export function isFrom(versionId: string, answered: Observed['public']): answered is Extract<Observed['public'], { kind: 'serves' }> {
  if (answered.kind !== 'serves') return false;
  const named = [answered.versionId, answered.header].filter((id) => id !== null);
  return named.length > 0 && named.every((id) => id === versionId);
}
