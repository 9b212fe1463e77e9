import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Twin, TwinRun } from '@vendure-deploy/twin';
import { environmentOf, readShopConfig } from '../shop/config.ts';
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
  /** What production serves at first; null: main~1. */
  readonly from: string | null;
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

/** Production serves main~1 (or `from`), staging serves main: images in the registry, schemas in the database, Machines started, Workers uploaded by real wrangler. */
export async function seedWorld(seed: Seed): Promise<void> {
  const { twin, history, say } = seed;
  await twin.github.createRepository(seed.shop, history.directory);
  const production = await history.resolve(seed.from ?? 'main~1');
  const served = { production, staging: history.main };
  say(`rehearse: seeding: production serves ${production.slice(0, 7)} (${seed.from ?? 'main~1'}), staging serves ${history.main.slice(0, 7)} (main)`);
  const run = await twin.openRun({ faults: [], latencyMs: 0, lock: { repository: seed.shop, environment: 'production' } });
  try {
    await setUp(seed);
    await Promise.all(Object.entries(served).map(([environment, sha]) => seedEnvironment(seed, run, environment, sha)));
  } finally {
    await run.close();
    await rm(seed.directory, { recursive: true, force: true });
  }
}

/** What somebody has made once in Cloudflare's dashboard: Access before the hidden lanes, with a service token, and the namespaces of what no deploy of the seed brings. */
async function setUp({ twin, history }: Seed): Promise<void> {
  const workers = Object.values((await readShopConfig(history.directory)).environments).flatMap(({ surfaces: { dashboard, storefront } }) => [dashboard, storefront]);
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
  const { surfaces } = environmentOf(await readShopConfig(tree), environment);
  const served: Served = { seed, run, environment, sha, tree };
  await Promise.all([surfaces.vendure === undefined ? undefined : seedVendure(served, surfaces.vendure), seedWorkers(served, [surfaces.dashboard, surfaces.storefront])]);
}
