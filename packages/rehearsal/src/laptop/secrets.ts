import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readShopConfig } from '../shop/config.ts';
import { environmentSecrets } from '../world/environment-secrets.ts';
import { SHOP } from '../world/host.ts';
import type { World } from '../world/types.ts';

/** What an operator who deploys from this machine keeps on it: the same secrets as the shop's GitHub Environments, by environment. */
export async function keepSecrets(world: Pick<World, 'directory' | 'facts'>): Promise<void> {
  const folder = join(world.facts.home, '.config/vendure-deploy', SHOP);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [environment, values] of Object.entries(await environmentSecrets(world, await readShopConfig(world.facts.shop)))) {
    const file = join(folder, `${environment}.env`);
    // Single quotes: JSON has none of its own here.
    await writeFile(`${file}.${process.pid}`, Object.entries(values).map(([name, value]) => `${name}='${value}'\n`).join(''), { mode: 0o600 });
    await rename(`${file}.${process.pid}`, file);
  }
}
