import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { digestOf } from '../registry/digest.ts';
import type { ImageLayer } from '../registry/index.ts';
import { filesBelow, foldersBelow } from './context.ts';

export interface Layer extends ImageLayer {
  /** The digest of the tar before compression, as the image's configuration lists it. */
  readonly diffId: string;
}

/** The same files give the same bytes on every machine: sorted, no owner, one fixed time. null for an empty folder. */
export async function layerOf(directory: string): Promise<Layer | null> {
  if ((await readdir(directory)).length === 0) return null;
  const paths = [...await foldersBelow(directory), ...await filesBelow(directory)].toSorted();
  const chunks: Uint8Array[] = [];
  const pack = create({ cwd: directory, portable: true, mtime: new Date(0), noDirRecurse: true, follow: false }, paths);
  for await (const chunk of pack) chunks.push(chunk);
  const tar = Buffer.concat(chunks);
  const bytes = gzipSync(tar, { level: 6 });
  // The tenth byte of a gzip header names the operating system: 255 (unknown) everywhere.
  bytes[9] = 255;
  return { digest: digestOf(bytes).text, diffId: digestOf(tar).text, bytes };
}

/** What a path holds, to see what a command changed: content for a file, the target for a link. */
export async function snapshot(directory: string, read: (path: string) => Promise<Uint8Array>): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  for (const path of await filesBelow(directory)) {
    const target = await readlink(join(directory, path)).catch(() => null);
    result.set(path, target === null ? digestOf(await read(join(directory, path))).text : `-> ${target}`);
  }
  return result;
}
