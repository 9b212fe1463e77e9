import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nextDirectory, type DirectoryState } from './caches.ts';

/** Creates the directory and writes into it: buildx fails the build where it cannot, whatever ignore-error says. */
export async function prepareDirectory(directory: string): Promise<DirectoryState> {
  try {
    for (const path of [directory, nextDirectory(directory)]) {
      if (path !== directory) await rm(path, { recursive: true, force: true });
      await mkdir(path, { recursive: true });
      await writeFile(join(path, '.written'), '');
      await rm(join(path, '.written'));
    }
    return { kind: 'usable', hasIndex: await exists(join(directory, 'index.json')) };
  } catch (error) {
    return { kind: 'unusable', why: `the local cache ${directory} cannot be written: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The new cache takes the old one's place; an export that was not finished has no index and is thrown away. */
export async function rotateDirectory(directory: string): Promise<void> {
  const next = nextDirectory(directory);
  if (await exists(join(next, 'index.json'))) {
    await rename(directory, `${directory}.old`);
    await rename(next, directory);
  }
  for (const path of [next, `${directory}.old`]) await rm(path, { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
