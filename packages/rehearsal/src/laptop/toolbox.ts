import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeLauncher } from '@vendure-deploy/twin';
import type { World } from '../world/types.ts';

const packages = join(import.meta.dirname, '../../../../node_modules');

/** What an operator has installed beside what every job finds: flyctl under both its names, gh, and the shop's wrangler. @returns a folder for PATH */
export async function fillToolbox({ directory, facts }: Pick<World, 'directory' | 'facts'>): Promise<string> {
  const bin = join(directory, 'laptop', 'bin');
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  await Promise.all([
    symlink(facts.flyctl, join(bin, 'flyctl')),
    symlink(facts.flyctl, join(bin, 'fly')),
    symlink(join(packages, 'wrangler/bin/wrangler.js'), join(bin, 'wrangler')),
    writeLauncher({ file: join(bin, 'gh'), entry: join(import.meta.dirname, '../gh/main.ts'), more: { world: directory, databaseOrigin: facts.databaseOrigin } }),
  ]);
  return bin;
}
