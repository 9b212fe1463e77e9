import { createHash } from 'node:crypto';
import { open, readdir, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

// What npm writes beside the packages, in a form that depends on npm's version. Node loads nothing from there.
const OF_NPM = /^(?:\.package-lock\.json$|\.bin\/|.*\/node_modules\/\.bin\/)/u;
const AT_ONCE = 8;
// The largest file has 144 MB: it is never in memory as a whole.
const BLOCK_BYTES = 256 * 1024;

/**
 * What lies in an installed `node_modules`: the SHA-256 over one line `<SHA-256>  <path>` for each file, in the order of the paths.
 * @returns null when there is no such folder
 */
export async function treeDigest(folder: string): Promise<string | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) return null;
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ path: relative(folder, join(entry.parentPath, entry.name)), isFile: entry.isFile() }))
    .filter(({ path }) => !OF_NPM.test(path))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const lines: string[] = Array.from({ length: files.length });
  const queue = files.entries();
  const work = async (): Promise<void> => {
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    for (const [index, { path, isFile }] of queue) {
      const whole = join(folder, path);
      lines[index] = isFile ? `${await fileDigest(whole, block)}  ${path}` : `link to ${await readlink(whole)}  ${path}`;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return createHash('sha256').update(lines.map((line) => `${line}\n`).join('')).digest('hex');
}

async function fileDigest(path: string, block: Buffer): Promise<string> {
  const hash = createHash('sha256');
  await using file = await open(path);
  for (;;) {
    const { bytesRead } = await file.read(block, 0, block.length);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(block.subarray(0, bytesRead));
  }
}
