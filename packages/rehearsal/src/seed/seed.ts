import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Twin, TwinRun } from '@vendure-deploy/twin';
import { environmentOf, readShopConfig, workersOf } from '../shop/config.ts';
import { type ShopHistory, treeOf } from '../shop/history.ts';
import { seedNamespaces } from './namespaces.ts';
import { seedVendure } from './vendure.ts';
import { seedWorkers } from './workers.ts';

export interface Seed {
  readonly twin: Twin;
  readonly history: ShopHistory;
  readonly shop: string;
  readonly directory: string;
  readonly home: string;
  /** What each environment serves at first. */
  readonly serves: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/** One environment at one commit, as an earlier deploy left it. */
export interface Served {
  readonly seed: Seed;
  readonly run: TwinRun;
  readonly environment: string;
  readonly sha: string;
  /** A work tree of that commit. */
  readonly tree: string;
}

/** Each environment serves its commit: images in the registry, schemas in the database, Machines started, Workers uploaded by real wrangler. */
export async function seedWorld(seed: Seed): Promise<void> {
  const { twin, history, say } = seed;
  await twin.github.createRepository(seed.shop, history.directory);
  const served = await Promise.all(Object.entries(seed.serves).map(async ([environment, ref]) => ({ environment, ref, sha: await history.resolve(ref) })));
  say(`rehearse: seeding: ${served.map(({ environment, ref, sha }) => `${environment} serves ${sha.slice(0, 7)} (${ref})`).join(', ')}`);
  const run = await twin.openRun({ faults: [], latencyMs: 0, lock: { repository: seed.shop, environment: 'production' } });
  try {
    await setUp(seed);
    await Promise.all(served.map(({ environment, sha }) => seedEnvironment(seed, run, environment, sha)));
  } finally {
    await run.close();
    await rm(seed.directory, { recursive: true, force: true });
  }
}

/** What somebody has made once in Cloudflare's dashboard: Access before the hidden lanes, with a service token, and the namespaces of what no deploy of the seed brings. */
async function setUp({ twin, history }: Seed): Promise<void> {
  const workers = Object.values((await readShopConfig(history.directory)).environments).flatMap(({ surfaces }) => workersOf(surfaces));
  const guarded = workers.filter(({ access }) => access !== undefined);
  for (const worker of guarded) {
    twin.cloudflare.access.addApp({ domains: [new URL(worker['public-url']).hostname], decisions: ['allow', 'non_identity'] });
    await seedNamespaces(twin, history.directory, worker);
  }
  if (guarded.length > 0) twin.cloudflare.access.issueServiceToken();
  for (const { preview, ...worker } of workers) {
    if (preview !== undefined) await seedNamespaces(twin, history.directory, { ...worker, ...preview });
  }
}

async function seedEnvironment(seed: Seed, run: TwinRun, environment: string, sha: string): Promise<void> {
  const tree = await treeOf(seed.history, sha, join(seed.directory, sha, environment));
  // Of main: a shop that begins to use the suite has no configuration in the commit before.
  const { surfaces } = environmentOf(await readShopConfig(seed.history.directory), environment);
  const served: Served = { seed, run, environment, sha, tree };
  await Promise.all([surfaces.vendure === undefined ? undefined : seedVendure(served, surfaces.vendure), seedWorkers(served, workersOf(surfaces))]);
}
