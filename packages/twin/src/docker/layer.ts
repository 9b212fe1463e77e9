import { execFile } from 'node:child_process';
import { lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

/** What a path is, to see what a command changed: of a file, whatever a write to it moves; as BuildKit, which also takes a file that was written again as it was. */
export async function snapshot(directory: string): Promise<Map<string, string>> {
  const paths = await filesBelow(directory);
  const marks = await Promise.all(paths.map((path) => lstat(join(directory, path), { bigint: true })));
  return new Map(paths.map((path, index) => {
    const { ino, size, mtimeNs, ctimeNs } = marks[index] ?? { ino: 0n, size: 0n, mtimeNs: 0n, ctimeNs: 0n };
    return [path, `${ino} ${size} ${mtimeNs} ${ctimeNs}`];
  }));
}

/** A copy of all below, links as they are. By the machine's own cp: a shop's node_modules has 20,000 files, with which Node's takes half a minute. */
export async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await cp(['-a', '--reflink=auto', `${from}/.`, to]);
}

/** The same by hard links, and so only within one stage: what a later instruction writes into a file there is part of its own layer, which comes after. */
export async function linkTree(from: string, to: string): Promise<void> {
  await cp(['-al', '--remove-destination', `${from}/.`, to]);
}

/** Some paths below `from`, by hard links, each at its place below `to`. */
export async function linkPaths(from: string, to: string, paths: readonly string[]): Promise<void> {
  for (let start = 0; start < paths.length; start += AT_ONCE) await cp(['-al', '--parents', '--target-directory', to, '--', ...paths.slice(start, start + AT_ONCE)], from);
}

/** Far below what a command line may hold. */
const AT_ONCE = 500;

/** A job's PATH may have nothing but docker: what the stand-in itself needs does not hang on it. */
const OWN_PATH = [process.env['PATH'] ?? '', '/usr/bin', '/bin'].join(':');

async function cp(args: readonly string[], cwd?: string): Promise<void> {
  await promisify(execFile)('cp', args, { env: { ...process.env, PATH: OWN_PATH }, ...(cwd === undefined ? {} : { cwd }) });
}
