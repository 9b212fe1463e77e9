import type { Attempt, Converged } from './judge.ts';
import type { Transience } from './transience.ts';

/**
 * Whether one more flyctl run is safe and needed: only after a failure that passes by itself, only where everything could be read, and only while
 * something is not at the target yet. The same image again changes nothing where it runs already.
 * @returns why it failed, or null: what was read back stands
 */
export function worthAnother(attempt: Attempt, where: Converged): Transience | null {
  if (attempt.kind === 'none' || attempt.exitCode === 0 || attempt.cancelled || attempt.timedOut || attempt.releaseCommandFailed) return null;
  return where === 'target' || where === 'unreadable' ? null : attempt.transience;
}
