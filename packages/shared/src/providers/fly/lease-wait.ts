import type { Clock, Log } from '../../action/definition.ts';
import type { FlyClient, Lease } from './client.ts';

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
 * @returns a sentence for each lease that outlasts the budget; [] once all have ended
 */
export async function outwaitLeases({ fly, machines, clock, signal, log, budgetMs }: LeaseWait): Promise<readonly string[]> {
  const deadline = clock.now() + budgetMs;
  let own: string | null = null;
  for (;;) {
    const held = await fly.leases(machines);
    if (held.length === 0) return [];
    const ours = (own ??= await fly.whoami().catch(() => ''));
    const sentences = held.map((lease) => leaseSentence(lease, ours));
    for (const sentence of sentences) log.info(`${sentence}.`);
    const latest = Math.max(0, ...held.map(({ expiresAt }) => expiresAt)) + ROUNDING_MS;
    if (latest > deadline) return sentences;
    await clock.sleep(Math.max(ROUNDING_MS, latest - clock.now()), signal);
  }
}

export function leaseSentence({ machine, owner, expiresAt }: Lease, own: string): string {
  const whose = owner !== '' && owner === own ? `this token (${owner}): an earlier run of ours` : owner || 'somebody whom Fly does not name';
  return `Machine ${machine} is leased by ${whose} until ${new Date(expiresAt).toISOString()}`;
}
