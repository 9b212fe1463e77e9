import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = 'work';

/**
 * A folder for the jobs of one run. It has the same path in the next run, as on a runner of GitHub: a cache is found by the paths that are in it.
 * Runs at the same time have one each.
 */
export async function takeRunnerFolder(world: string): Promise<string> {
  await mkdir(join(world, FOLDER), { recursive: true });
  for (let number = 1; ; number += 1) {
    const folder = join(world, FOLDER, String(number));
    if (await isMade(folder)) return folder;
  }
}

/** What killed runs left; only for whoever has the world alone. */
export async function emptyRunnerFolders(world: string): Promise<void> {
  await rm(join(world, FOLDER), { recursive: true, force: true, maxRetries: 3 });
}

async function isMade(folder: string): Promise<boolean> {
  return mkdir(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}
