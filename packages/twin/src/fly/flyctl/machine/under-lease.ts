import type { FlyctlClient } from '../client.ts';
import { machinesOf, type RemoteMachine } from '../machines.ts';
import { machineNamed } from './select.ts';

interface Wanted {
  readonly app: string;
  readonly ids: readonly string[];
}

// For `machine destroy` measured; by its source the other commands take the same lease.
const LEASE_S = 120;

/** Acts on each Machine, as it was found, while flyctl holds the leases of all of them. It gives them back however that ends. */
export async function underLease(client: FlyctlClient, { app, ids }: Wanted, act: (machine: RemoteMachine, nonce: string) => Promise<void>): Promise<void> {
  const machines = machinesOf(client, app);
  const found: RemoteMachine[] = [];
  for (const id of ids.length === 0 ? [''] : ids) found.push(await machineNamed(client, app, id));
  const held: { readonly machine: RemoteMachine; readonly nonce: string }[] = [];
  try {
    for (const machine of found) held.push({ machine, nonce: await machines.lease(machine.id, LEASE_S) });
    for (const { machine, nonce } of held) await act(machine, nonce);
  } finally {
    for (const { machine, nonce } of held) await machines.releaseLease(machine.id, nonce).catch(() => undefined);
  }
}
