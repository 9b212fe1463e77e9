import type { Surface } from '@vendure-deploy/shared/release';
import type { Target } from '../target.ts';

/** What a judgement is about. */
export interface Plan {
  readonly environment: string;
  readonly surface: 'dashboard' | 'storefront';
  /** What else the environment has: to be left out of the next command. */
  readonly others: readonly Surface[];
  readonly worker: string;
  readonly sha: string;
  /** The account and where it is given, for a message. */
  readonly account: string;
  /** The lane's file, for the next command. */
  readonly workflow: string;
}

export function planOf(target: Target, workflow: string): Plan {
  return { environment: target.environment, surface: target.surface, others: target.others, worker: target.config.worker, sha: target.sha, account: `${target.accountId}, by ${target.accountSource}`, workflow };
}
