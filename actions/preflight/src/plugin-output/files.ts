import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import picomatch from 'picomatch';

// What lies in them belongs to others, and may be very much.
const NEVER = new Set(['node_modules', '.git']);

/** The files below the folder that one of the globs means, sorted by their bytes, with `/` between folders. A symbolic link is no file here: it may lead out of the tree. */
export async function filesOf(folder: string, globs: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const glob of globs) {
    const matches = picomatch(glob);
    for (const path of await walk(join(folder, picomatch.scan(glob).base))) {
      const file = relative(folder, path).split(sep).join('/');
      if (matches(file)) found.add(file);
    }
  }
  return [...found].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

async function walk(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    // A glob without a wildcard is a file.
    if (error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (entries === null) return [path];
  const below = await Promise.all(entries.map(async (entry) => {
    if (entry.isDirectory()) return NEVER.has(entry.name) ? [] : walk(join(path, entry.name));
    return entry.isFile() ? [join(path, entry.name)] : [];
  }));
  return below.flat();
}
