import { again, type Diagnosis, type Situation } from '@vendure-deploy/shared/diagnosis';
import type { Verdict } from '@vendure-deploy/shared/release';

interface Ended {
  readonly verdict: Verdict;
  readonly causes: readonly Diagnosis[];
  readonly situation: Situation;
  /** Every surface serves the commit, and a probe fails. */
  readonly isBroken: boolean;
}

/**
 * What to type next: what cures the first thing that failed and is known, since what failed after it mostly failed for it; else the deploy again, of just the
 * surfaces that are not there. Nothing when all is well.
 */
export function nextCommands({ verdict, causes, situation, isBroken }: Ended): readonly string[] {
  const known = causes.find((cause) => cause.kind === 'known');
  if (known !== undefined) return known.commands;
  // The deploy again would find that the commit serves, and end as it did.
  if (isBroken) return [`gh run rerun ${situation.runId} --failed`];
  return verdict === 'deployed' || verdict === 'unchanged' ? [] : [again(situation)];
}
