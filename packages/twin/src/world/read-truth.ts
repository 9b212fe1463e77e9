import type { CloudflareWorld } from '../cloudflare/index.ts';
import type { DatabaseWorld } from '../database/index.ts';
import type { FlyWorld } from '../fly/index.ts';
import type { GithubWorld } from '../github/index.ts';
import type { Truth } from '../truth/index.ts';

export interface Surfaces {
  readonly environment: string;
  readonly app: string;
  readonly database: string;
  /** null: the shop has no such Worker. */
  readonly dashboard: string | null;
  readonly storefront: string | null;
}

interface Worlds {
  readonly fly: FlyWorld;
  readonly cloudflare: CloudflareWorld;
  readonly github: GithubWorld;
  readonly database: DatabaseWorld;
}

/** What is so: image labels of running Machines, live Worker versions, applied migrations, the lock's ref. */
export async function readTruth({ fly, cloudflare, github, database }: Worlds, surfaces: Surfaces): Promise<Truth> {
  const { vendure, groups } = fly.truth(surfaces.app);
  return {
    vendure,
    worker: groups['worker'] ?? null,
    dashboard: surfaces.dashboard === null ? null : cloudflare.serves(surfaces.dashboard),
    storefront: surfaces.storefront === null ? null : cloudflare.serves(surfaces.storefront),
    database: await database.appliedMigrations(surfaces.database),
    lock: await github.lock(surfaces.environment),
  };
}
