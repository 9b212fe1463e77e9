import { randomBytes } from 'node:crypto';
import { json } from './answer.ts';
import type { Machine } from './machine.ts';
import type { MachinesCall } from './machines-api.ts';
import type { FlyState } from './world.ts';

// A deploy token's owner is derived from the token, as `auth whoami` prints it.
const OWNER = 'deploy@tokens.fly.io';
const ANOTHER_OWNER = 'other-user@example.com';
// Without `for` somebody else keeps it longer than flyctl waits.
const LONG_MS = 3_600_000;

/** Who has the lease now; null when nobody does, or it has run out. */
export function holderOf({ lease: held }: Machine): string | null {
  return held !== null && held.until > Date.now() ? held.nonce : null;
}

/** On the twin's clock, as all of flyctl's waits are. */
export function takeLease(machine: Machine, seconds: number, { speed, owner = OWNER, nonce = randomBytes(8).toString('hex') }: { speed: number; owner?: string; nonce?: string }): string {
  machine.lease = { nonce, owner, until: Date.now() + (seconds * 1000) / speed };
  return nonce;
}

export function answerLease(call: MachinesCall, machine: Machine, state: FlyState): Response {
  if (call.method === 'GET') return holderOf(machine) === null ? json({ error: 'lease not found' }, 404) : json({ status: 'success', data: leaseOf(machine) });
  if (call.method === 'DELETE') {
    if (holderOf(machine) !== null && call.nonce !== machine.lease?.nonce) return leaseConflict(machine);
    machine.lease = null;
    return json({ ok: true });
  }
  const fault = holderOf(machine) === null ? state.fault(machine, 'leased') : null;
  if (fault?.effect.kind === 'lease-held') takeLease(machine, (fault.forMilliseconds ?? LONG_MS) / 1000, { speed: state.speed, owner: ANOTHER_OWNER });
  const held = holderOf(machine);
  if (held !== null && call.nonce !== held) return leaseConflict(machine);
  // A renewal that comes too late, and before anybody else, goes on with the same nonce.
  const nonce = call.nonce !== '' && call.nonce === machine.lease?.nonce ? call.nonce : held;
  takeLease(machine, Number(call.url.searchParams.get('ttl') ?? 13), { speed: state.speed, ...(nonce === null ? {} : { nonce }) });
  return json({ status: 'success', data: leaseOf(machine) }, 201);
}

function leaseOf({ lease: held, instanceId }: Machine): Record<string, unknown> {
  return { nonce: held?.nonce, expires_at: Math.floor((held?.until ?? 0) / 1000), owner: held?.owner, description: '', version: instanceId };
}

export function leaseConflict({ id, lease: held }: Machine): Response {
  const until = new Date(held?.until ?? 0).toISOString().replace(/\.\d+Z$/u, 'Z');
  return json({ error: `machine ID ${id} lease currently held by ${held?.owner ?? ''}, expires at ${until}` }, 409);
}
