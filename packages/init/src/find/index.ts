import { dirname } from 'node:path/posix';
import type { Checkout } from '../checkout.ts';
import { findServers } from './fly.ts';
import type { EnvironmentName, Found, WorkerSurface } from './found.ts';
import { findPackageManager } from './packages.ts';
import { findWordpress } from './wordpress.ts';
import { findWorkers } from './wrangler.ts';

export type { EnvironmentName, Found, FoundWorker, PackageManager, Server, WorkerSurface } from './found.ts';

/** Which files are meant, where the operator has said so. */
export interface Chosen {
  readonly fly: Readonly<Partial<Record<EnvironmentName, string>>>;
  readonly wrangler: Readonly<Partial<Record<WorkerSurface, string>>>;
}

/** All that the checkout says of its shop. It only reads. @throws {UserError} for a file that cannot be understood, with its line */
export async function find(checkout: Checkout, chosen: Chosen): Promise<Found> {
  const { servers, notes } = await findServers(checkout, chosen.fly);
  const workers = await findWorkers(checkout, chosen.wrangler, dirname(servers[0]?.file ?? ''));
  const [packages, wordpress] = await Promise.all([findPackageManager(checkout), findWordpress(checkout)]);
  return { repository: checkout.repository, defaultBranch: checkout.defaultBranch, packages, servers, workers: workers.workers, wordpress, notes: [...notes, ...workers.notes, ...checkout.leftOut] };
}
