import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeLauncher } from '@vendure-deploy/twin';
import type { World } from '../world/types.ts';

const packages = join(import.meta.dirname, '../../../../node_modules');

/** What an operator has installed beside what every job finds: flyctl under both its names, gh, and the shop's wrangler. @returns a folder for PATH */
export async function fillToolbox({ directory, facts }: Pick<World, 'directory' | 'facts'>): Promise<string> {
  const bin = join(directory, 'laptop', 'bin');
  // Apart first: another command in this world may be using what lies there.
  const making = join(directory, 'laptop', `making-${process.pid}`);
  await Promise.all([bin, making].map((folder) => mkdir(folder, { recursive: true })));
  await Promise.all([
    symlink(facts.flyctl, join(making, 'flyctl')),
    symlink(facts.flyctl, join(making, 'fly')),
    symlink(join(packages, 'wrangler/bin/wrangler.js'), join(making, 'wrangler')),
    writeLauncher({ file: join(making, 'gh'), entry: join(import.meta.dirname, '../gh/main.ts'), more: { world: directory, databaseOrigin: facts.databaseOrigin } }),
  ]);
  for (const name of await readdir(making)) await rename(join(making, name), join(bin, name));
  await rm(making, { recursive: true });
  return bin;
}
