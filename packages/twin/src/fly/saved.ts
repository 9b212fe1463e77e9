import { z } from 'zod';
import { parseReference, checksOf, type Machine } from './machine.ts';
import { type MachineConfig } from './machine-config.ts';
import type { Vault } from './secrets.ts';
import type { App, FlyState } from './world.ts';

const machine = z.object({
  id: z.string(),
  region: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  instanceId: z.string(),
  state: z.string(),
  // The world wrote it itself, as flyctl had sent it: it was parsed when it came in.
  config: z.custom<MachineConfig>((value) => typeof value === 'object' && value !== null),
  digest: z.string(),
  events: z.custom<Machine['events']>(Array.isArray),
  metadata: z.record(z.string(), z.string()),
  cordoned: z.boolean(),
  secrets: z.record(z.string(), z.string()),
  healthy: z.boolean(),
});

export const savedApp = z.object({
  name: z.string(),
  hosts: z.array(z.string()),
  vault: z.object({ version: z.number(), secrets: z.record(z.string(), z.object({ value: z.string(), createdAt: z.string(), updatedAt: z.string() })) }),
  releases: z.custom<App['releases']>(Array.isArray),
  machines: z.array(machine),
});

export type SavedApp = z.infer<typeof savedApp>;

/** An app without what only lives in this process: processes, waiters, leases (a lease dies with its holder). */
export function save({ name, hosts, vault, releases, machines }: App): SavedApp {
  const kept = [...machines.values()].filter((one) => one.state !== 'destroyed');
  return {
    name,
    hosts: [...hosts],
    vault: { version: vault.version, secrets: Object.fromEntries(vault.secrets) },
    releases,
    machines: kept.map(({ id, region, createdAt, updatedAt, instanceId, state, config, reference, events, metadata, cordoned, secrets, checks }) => ({
      id, region, createdAt, updatedAt, instanceId, state, config, digest: reference.digest, events, metadata, cordoned, secrets, healthy: state === 'started' && checks.every((check) => check.status === 'passing'),
    })),
  };
}

/** The same secrets, each with its value of today (the database has another port). */
export function restoreVault({ version, secrets }: SavedApp['vault'], today: Today): Vault {
  return { version, asked: 0, secrets: new Map(Object.entries(secrets).map(([name, secret]) => [name, { ...secret, value: today(secret.value) }])) };
}

type Today = (value: string) => string;

/** @throws when the registry has lost an image that a Machine ran */
export async function restoreMachine(app: string, saved: SavedApp['machines'][number], { registry, secret }: { registry: FlyState['registry']; secret: Today }): Promise<Machine> {
  const reference = { ...parseReference(saved.config.image), digest: saved.digest };
  const image = await registry.image({ repository: reference.repository, reference: saved.digest });
  if (image === null) throw new Error(`The kept world's registry has lost the image of Machine ${saved.id}: ${saved.config.image}.`);
  const { digest: _, healthy: __, ...rest } = saved;
  const secrets = Object.fromEntries(Object.entries(saved.secrets).map(([name, value]) => [name, secret(value)]));
  return { ...rest, app, image, reference, secrets, checks: checksOf(saved.config), lease: null, foreignUpdate: null, process: null, waiting: new Set() };
}
