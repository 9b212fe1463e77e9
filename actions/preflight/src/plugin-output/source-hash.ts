import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The hash of the sources: the SHA-256 of the lines that `sha256sum` writes for the files in the order of their bytes, so that any build can make it:
 * `find src -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`.
 * @param files relative to the folder, sorted
 */
export async function sourceHash(folder: string, files: readonly string[]): Promise<string> {
  const lines = await Promise.all(files.map(async (file) => `${sha256(await readFile(join(folder, file)))}  ${file}\n`));
  return sha256(lines.join(''));
}

/** What the build left; null when it left none that could be one. */
export async function storedHash(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  // `sha256sum` writes the name of its input behind it.
  return /^([0-9a-f]{64})(?:\s|$)/.exec(text)?.[1] ?? null;
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
