import type { Clock, Log } from '@vendure-deploy/shared/action';
import type { FlyClient, Lease } from '@vendure-deploy/shared/providers/fly';

export interface LeaseWait {
  readonly fly: Pick<FlyClient, 'leases' | 'whoami'>;
  readonly machines: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly budgetMs: number;
}

// Fly gives a lease's end in whole seconds.
const ROUNDING_MS = 1_000;

/**
 * Waits until no Machine is leased any more, and says who holds which: a run of ours that was killed leaves leases that end by themselves, somebody
 * else's deploy is at work. A lease is never broken.
 * @returns the leases that outlast the budget; [] once all have ended
 */
export async function outwaitLeases({ fly, machines, clock, signal, log, budgetMs }: LeaseWait): Promise<readonly Lease[]> {
  const deadline = clock.now() + budgetMs;
  const own = await fly.whoami().catch(() => '');
  for (;;) {
    const held = await fly.leases(machines);
    for (const lease of held) log.info(leaseSentence(lease, own));
    const latest = Math.max(0, ...held.map(({ expiresAt }) => expiresAt)) + ROUNDING_MS;
    if (held.length === 0 || latest > deadline) return held;
    await clock.sleep(Math.max(ROUNDING_MS, latest - clock.now()), signal);
  }
}

export function leaseSentence({ machine, owner, expiresAt }: Lease, own: string): string {
  const whose = owner !== '' && owner === own ? `this token (${owner}): an earlier run of ours` : owner || 'somebody whom Fly does not name';
  return `Machine ${machine} is leased by ${whose} until ${new Date(expiresAt).toISOString()}`;
}
