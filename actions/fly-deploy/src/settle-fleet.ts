import type { ActionContext } from '@vendure-deploy/shared/action';
import { type FlyClient, type Machine, settle, type Unsettled } from '@vendure-deploy/shared/providers/fly';
import type { inputs as declared } from './io.ts';

/** Settles as the inputs say, before the first flyctl run and before the second. @returns the Machines that did not */
export function settleFleet({ inputs, clock, signal, log }: ActionContext<typeof declared>, fly: FlyClient, known: readonly Machine[] | null = null): Promise<readonly Unsettled[]> {
  return settle({ list: () => fly.machines(), known, clock, signal, log, budgetMs: inputs['settle-seconds'] * 1000, intervalMs: inputs['read-interval-seconds'] * 1000 });
}
