import { again, type Diagnosis, type Situation } from '@vendure-deploy/shared/diagnosis';
import type { Verdict } from '@vendure-deploy/shared/release';

/**
 * What to type next: what cures the first thing that failed, since what failed after it mostly failed for it; else the deploy again, of just the surfaces
 * that are not there. Nothing when all is well.
 */
export function nextCommands(verdict: Verdict, causes: readonly Diagnosis[], situation: Situation): readonly string[] {
  const known = causes.find((cause) => cause.kind === 'known');
  if (known !== undefined) return known.commands;
  return verdict === 'deployed' || verdict === 'unchanged' ? [] : [again(situation)];
}
