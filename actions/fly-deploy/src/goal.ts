import type { Machine } from '@vendure-deploy/shared/providers/fly';
import { convergence, type Converged, unreadable } from './judge.ts';
import type { Observed } from './observe.ts';
import type { Plan } from './plan.ts';

/** What one app is to come to, and how a look at it tells where it stands: the shop's by its Machines and the public URL, the Redis app's by its Machines alone. */
export interface Goal<L extends Look> {
  readonly app: string;
  /** What is looked at, as a sentence begins with it. */
  readonly all: string;
  convergence(look: L): Converged;
  /** What could not be read, and why. */
  unreadable(look: L): string;
}

export interface Look {
  readonly machines: readonly Machine[];
}

export function shopGoal(plan: Plan): Goal<Observed> {
  return { app: plan.app, all: 'every Machine and the public URL are', convergence: (observed) => convergence(plan, observed), unreadable };
}
