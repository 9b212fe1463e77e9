import dockerignore from '@balena/dockerignore';
import { cp, lstat, mkdir, readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** A copy of the context without what `.dockerignore` leaves out: what COPY sees is exactly this folder. */
export async function copyContext(from: string, to: string, dockerfile: string): Promise<void> {
  const ignored = await ignoredBy(from, dockerfile);
  // A folder that is left out as a whole is not walked, unless a later rule takes a part of it back.
  for (const path of await filesBelow(from, (folder) => ignored.hasExceptions || !ignored.leavesOut(folder))) {
    if (ignored.leavesOut(path)) continue;
    await mkdir(dirname(join(to, path)), { recursive: true });
    await cp(join(from, path), join(to, path), { verbatimSymlinks: true });
  }
}

/** Every file and symbolic link below, as sorted relative paths with `/`. */
export async function filesBelow(root: string, enter: (folder: string) => boolean = () => true): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = relative(root, path).split(sep).join('/');
      if (!entry.isDirectory()) found.push(name);
      else if (enter(name)) await walk(path);
    }
  };
  await walk(root);
  return found.toSorted();
}

/** Every folder below, as sorted relative paths. */
export async function foldersBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')).toSorted();
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}

/** As BuildKit: `<dockerfile>.dockerignore` wins over the context's own `.dockerignore`. */
async function ignoredBy(context: string, dockerfile: string): Promise<{ leavesOut(path: string): boolean; hasExceptions: boolean }> {
  for (const path of [`${dockerfile}.dockerignore`, join(context, '.dockerignore')]) {
    if (!await exists(path)) continue;
    const text = await readFile(path, 'utf8');
    const rules = dockerignore.default().add(text);
    return { leavesOut: (file) => rules.ignores(file), hasExceptions: /^\s*!/m.test(text) };
  }
  return { leavesOut: () => false, hasExceptions: false };
}
