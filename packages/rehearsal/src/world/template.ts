import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LEFT_BY_USE } from '../shop/history.ts';
import { claim, giveUp } from './claim.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../../..');
const cache = join(root, '.cache/worlds');

/** What decides how a seeded world looks; a `*` finds nothing that begins with a dot, and the shop's workflows lie in such a folder. */
const SOURCES = ['examples/shop/**/*', 'examples/shop/**/.*', 'examples/shop/**/.*/**/*', 'packages/twin/src/**/*', 'packages/rehearsal/src/{seed,shop}/**/*', 'package-lock.json'];

/**
 * The seeded world that every new one starts as: made once per state of the sources by a real seed (real builds, real wrangler, the release
 * command), kept, and copied from then on. @param seed fills an empty folder with a world and leaves it closed
 */
export async function template(seed: (directory: string) => Promise<void>): Promise<string> {
  const name = await digestOfSources();
  const finished = join(cache, name);
  if (existsSync(finished)) return finished;
  const building = `${finished}.building`;
  await claim(building);
  try {
    if (!existsSync(finished)) {
      await rm(join(building, 'world'), { recursive: true, force: true });
      await seed(join(building, 'world'));
      await rename(join(building, 'world'), finished);
      await forgetOthers(name);
    }
  } finally {
    await giveUp(building);
    await rm(building, { recursive: true, force: true });
  }
  return finished;
}

/** `cp -a`: the database's files belong to another user when this one is root. */
export async function copyWorld(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await run('cp', ['-a', `${from}/.`, to]);
}

async function forgetOthers(name: string): Promise<void> {
  for (const other of await readdir(cache)) if (!other.startsWith(name)) await rm(join(cache, other), { recursive: true, force: true });
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await sourcesOfWorlds()) hash.update(file.slice(root.length)).update('\0').update(await readFile(file)).update('\0');
  return hash.digest('hex').slice(0, 24);
}

/** Absolute paths, in their order. */
export async function sourcesOfWorlds(): Promise<string[]> {
  const files = new Set<string>();
  for (const pattern of SOURCES) {
    for await (const entry of glob(pattern, { cwd: root, withFileTypes: true, exclude: (one) => LEFT_BY_USE.includes(one.name) })) {
      if (entry.isFile()) files.add(join(entry.parentPath, entry.name));
    }
  }
  return [...files].sort();
}
