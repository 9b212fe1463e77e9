import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { keepFile } from './keep-file.ts';

const entry = z.object({ id: z.number(), repository: z.string(), ref: z.string(), version: z.string(), key: z.string(), size: z.number(), createdAt: z.string(), accessedAt: z.string() });

export type CacheEntry = z.infer<typeof entry>;

/** A key means something only together with its version, which is a hash of the cached paths and of the compression, and on the ref that saved it. */
export type CacheScope = Pick<CacheEntry, 'repository' | 'ref' | 'version'>;

export interface CacheEntries {
  /** The id of a new entry, whose bytes may now come; null when there is one already, or another job is making it: an entry never changes. */
  reserve(scope: CacheScope, key: string): number | null;
  /** @returns null when nobody reserved it, or its bytes are not that many */
  finish(scope: CacheScope, key: string, size: number): Promise<CacheEntry | null>;
  /** On one ref after the other: the first key that has an entry of just that name, or else the newest one that begins so. */
  find(wanted: Pick<CacheEntry, 'repository' | 'version'>, refs: readonly string[], keys: readonly string[]): CacheEntry | null;
  /** Of one repository, the oldest first. */
  list(repository: string): readonly CacheEntry[];
  remove(id: number): void;
  /** Where the bytes of an entry lie. */
  fileOf(id: number): string;
}

/** Entries and their bytes, in a folder. What was reserved and never finished is gone by the next start. */
export function openCacheEntries(folder: string): CacheEntries {
  const list = join(folder, 'entries.json');
  mkdirSync(folder, { recursive: true });
  const entries = readEntries(list);
  const reserved: CacheEntry[] = [];
  let last = Math.max(0, ...entries.map(({ id }) => id));
  for (const name of readdirSync(folder)) if (name !== 'entries.json' && !entries.some(({ id }) => name === String(id))) rmSync(join(folder, name), { recursive: true });

  const fileOf = (id: number): string => join(folder, String(id));
  const within = (scope: CacheScope) => (one: CacheEntry): boolean => one.repository === scope.repository && one.ref === scope.ref && one.version === scope.version;
  const keep = (): void => keepFile(list, entries);
  return {
    fileOf,
    reserve(scope, key) {
      if ([...entries, ...reserved].filter(within(scope)).some((one) => one.key === key)) return null;
      const now = new Date().toISOString();
      reserved.push({ id: (last += 1), repository: scope.repository, ref: scope.ref, version: scope.version, key, size: 0, createdAt: now, accessedAt: now });
      return last;
    },
    async finish(scope, key, size) {
      const found = reserved.filter(within(scope)).find((one) => one.key === key);
      if (found === undefined) return null;
      const bytes = await stat(fileOf(found.id)).then((file) => file.size, () => null);
      if (bytes !== size) return null;
      reserved.splice(reserved.indexOf(found), 1);
      const finished = { ...found, size };
      entries.push(finished);
      keep();
      return finished;
    },
    find({ repository, version }, refs, keys) {
      for (const ref of refs) {
        const newestFirst = entries.filter(within({ repository, ref, version })).toReversed();
        for (const key of keys) {
          const found = newestFirst.find((one) => one.key === key) ?? newestFirst.find((one) => one.key.startsWith(key));
          if (found === undefined) continue;
          found.accessedAt = new Date().toISOString();
          return found;
        }
      }
      return null;
    },
    list: (repository) => entries.filter((one) => one.repository === repository),
    remove(id) {
      const index = entries.findIndex((one) => one.id === id);
      if (index === -1) return;
      entries.splice(index, 1);
      rmSync(fileOf(id), { force: true });
      keep();
    },
  };
}

function readEntries(list: string): CacheEntry[] {
  try {
    return z.array(entry).parse(JSON.parse(readFileSync(list, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
