import type { MigrationFile, Tree, TreeFile } from '@vendure-deploy/migration-scan';
import { query, queryBytes } from '@vendure-deploy/shared/tools';
import picomatch from 'picomatch';

interface Entry { readonly oid: string; readonly bytes: number; readonly symlink: boolean }

/** The files of a commit, read from git's objects. `largest`: what has more bytes is not taken into memory. */
export interface MigrationTree {
  /** The migration files, by path. */
  readonly files: ReadonlyMap<string, Entry>;
  sources(paths: readonly string[], largest: number): Promise<MigrationFile[]>;
  /** All files, for what migrations read. */
  whole(largest: number): Tree;
}

/** Where TypeORM's migrations lie when nothing is configured: sources, not what was compiled of them. */
const USUAL = ['**/migrations/*.{ts,js}', '**/migration/*.{ts,js}'];
const COMPILED = ['**/dist/**', '**/build/**', '**/node_modules/**', '**/*.d.ts', '**/*.{test,spec}.{ts,js}'];

/** @returns null when git cannot list the commit */
export async function treeOf(workspace: string, sha: string, glob: string | undefined): Promise<MigrationTree | null> {
  const listed = await query('git', ['ls-tree', '-r', '-z', '--long', '--full-tree', sha], workspace);
  if (listed === null) return null;
  const all = new Map(listed.split('\0').flatMap(entryOf));
  const wanted = picomatch(glob ?? USUAL, { ignore: COMPILED, dot: true });
  const files = new Map([...all].filter(([path]) => wanted(path)));
  return {
    files,
    sources: (paths, largest) => sourcesOf(workspace, [...files].filter(([path]) => paths.includes(path)), largest),
    whole: (largest) => ({ read: (path) => readFile(workspace, all.get(path), largest), named: async (name) => [...all.keys()].filter((path) => path === name || path.endsWith(`/${name}`)) }),
  };
}

/** `<mode> <type> <object> <size>\t<path>` */
function entryOf(line: string): [string, Entry][] {
  const [, mode, oid, size, path] = /^(\d+) blob ([0-9a-f]+) +(\d+)\t([\s\S]+)$/u.exec(line) ?? [];
  return path === undefined || oid === undefined ? [] : [[path, { oid, bytes: Number(size), symlink: mode === '120000' }]];
}

/** All of them by one process. */
async function sourcesOf(workspace: string, files: readonly (readonly [string, Entry])[], largest: number): Promise<MigrationFile[]> {
  const readable = files.filter(([, { symlink, bytes }]) => !symlink && bytes <= largest);
  const blobs = await blobsOf(workspace, readable.map(([, { oid }]) => oid));
  return files.map(([path, { oid, bytes, symlink }]) => ({ path, source: symlink ? { refused: 'it is a symlink' } : (blobs.get(oid) ?? { bytes }) }));
}

async function readFile(workspace: string, entry: Entry | undefined, largest: number): Promise<TreeFile> {
  if (entry === undefined) return { kind: 'missing' };
  if (entry.symlink) return { kind: 'refused', why: 'it is a symlink' };
  if (entry.bytes > largest) return { kind: 'refused', why: `it has ${entry.bytes} bytes, and ${largest} is the most that is read` };
  const blob = (await blobsOf(workspace, [entry.oid])).get(entry.oid);
  return blob === undefined ? { kind: 'refused', why: 'git does not give it' } : { kind: 'text', text: blob.toString('utf8') };
}

/** @see https://git-scm.com/docs/git-cat-file#_batch_output */
async function blobsOf(workspace: string, oids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  if (oids.length === 0) return found;
  const output = (await queryBytes('git', ['cat-file', '--batch'], workspace, oids.map((oid) => `${oid}\n`).join(''))) ?? Buffer.alloc(0);
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf('\n', at);
    const [oid = '', type, size] = output.toString('latin1', at, end).split(' ');
    if (type !== 'blob') {
      at = end + 1;
      continue;
    }
    found.set(oid, output.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return found;
}
