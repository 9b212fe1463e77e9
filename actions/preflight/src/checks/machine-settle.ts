import type { Clock, Log } from '@vendure-deploy/shared/action';
import { type FlyClient, type Machine, outwaitLeases, sentence, settle } from '@vendure-deploy/shared/providers/fly';
import type { Finding } from '../check.ts';

export interface Settling {
  readonly fly: FlyClient;
  /** As another check reads them as well. */
  readonly machines: () => Promise<readonly Machine[]>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly budgetSeconds: number;
  readonly intervalMs: number;
}

/** Nothing on its way elsewhere, and nobody's lease: flyctl would collide with the one and wait for the other. */
export async function machineSettle({ fly, machines, clock, signal, log, budgetSeconds, intervalMs }: Settling): Promise<Finding> {
  const deadline = clock.now() + budgetSeconds * 1000;
  const known = await machines();
  const waiting = await settle({ list: () => fly.machines(), known, clock, signal, log, budgetMs: budgetSeconds * 1000, intervalMs });
  if (waiting.length > 0) return unsettled(`did not settle within ${budgetSeconds} s: ${waiting.map(sentence).join('; ')}`);
  const held = await outwaitLeases({ fly, machines: known.map(({ id }) => id), clock, signal, log, budgetMs: deadline - clock.now() });
  if (held.length > 0) return unsettled(`are still held after ${budgetSeconds} s: ${held.join('; ')}`);
  return { status: 'ok', evidence: known.length === 0 ? 'there is no Machine yet' : `all ${known.length} Machines rest, and nobody holds one`, next: '' };
}

function unsettled(what: string): Finding {
  return { status: 'failed', evidence: `the Machines ${what}`, next: 'Another deploy may be at work: wait and run again, or set skip-machine-settle to deploy all the same.' };
}
