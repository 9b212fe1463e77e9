import { type Attempt, convergence } from './judge.ts';
import type { Observed } from './observe.ts';
import type { Plan } from './plan.ts';
import type { Transience } from './transience.ts';

/**
 * Whether one more flyctl run is safe and needed: only after a failure that passes by itself, only where everything could be read, and only while
 * something is not at the target yet. The same image again changes nothing where it runs already.
 * @returns why it failed, or null: what was read back stands
 */
export function worthAnother(plan: Plan, attempt: Attempt, observed: Observed): Transience | null {
  if (attempt.kind === 'none' || attempt.exitCode === 0 || attempt.cancelled || attempt.timedOut || attempt.releaseCommandFailed) return null;
  const where = convergence(plan, observed);
  return where === 'target' || where === 'unreadable' ? null : attempt.transience;
}
