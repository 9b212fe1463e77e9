import type { CacheEntry } from '@vendure-deploy/shared/providers/github';
import type { Asked } from './keys-of-log.ts';

/**
 * Which entry a job would restore: ref by ref, the one of just that key, else the newest that begins with it, else the same for each restore key.
 * The version is the one of the entry that a job restored before, where that is known: another one holds other paths.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching — "Cache key matching"
 */
export function nextRestored({ key, restoreKeys }: Asked, refs: readonly string[], entries: readonly CacheEntry[], version: string | null): CacheEntry | null {
  for (const ref of refs) {
    const there = entries.filter((entry) => entry.ref === ref && (version === null || entry.version === version)).toSorted((one, other) => (one.createdAt === other.createdAt ? other.id - one.id : one.createdAt < other.createdAt ? 1 : -1));
    const exact = there.find((entry) => entry.key === key);
    if (exact !== undefined) return exact;
    for (const beginning of [key, ...restoreKeys]) {
      const newest = there.find((entry) => entry.key.startsWith(beginning));
      if (newest !== undefined) return newest;
    }
  }
  return null;
}
