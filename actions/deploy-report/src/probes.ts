import type { Probed, Verdict } from '@vendure-deploy/shared/release';
import type { Phase } from './phases.ts';

/** What the phase that probes the public has to say about this deploy. */
export interface Probes {
  readonly found: Probed;
  /** Why it is broken. */
  readonly reasonCode: 'probe-failed' | 'skewed';
  /** For the headline; '' where nothing is to be said. */
  remark(verdict: Verdict): string;
}

/** By its own reason, not by how its job ended: one that was cancelled or crashed has proven nothing. A lane without it has nothing to say. */
export function probesOf(phases: readonly Phase[]): Probes {
  const verify = phases.find(({ name }) => name === 'verify');
  const reasonCode = verify?.reasonCode === 'skewed' ? 'skewed' : 'probe-failed';
  if (verify === undefined) return { found: 'unprobed', reasonCode, remark: () => '' };
  if (verify.reasonCode === reasonCode) return { found: 'broken', reasonCode, remark: () => ` ${verify.message}` };
  if (verify.result === 'success') return { found: 'working', reasonCode, remark: () => '' };
  // Where it was left out, what was deployed may still be called deployed: then it has to be said. Beside a failure it says nothing more.
  const isWorthWords = (verdict: Verdict): boolean => verify.result !== 'skipped' || verdict === 'deployed' || verdict === 'unchanged';
  return { found: 'unprobed', reasonCode, remark: (verdict) => (isWorthWords(verdict) ? ` What serves was not verified (verify: ${verify.result}).` : '') };
}
