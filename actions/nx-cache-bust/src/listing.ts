import type { CacheEntry, GitHubCaches } from '@vendure-deploy/shared/providers/github';
import type { Search } from './wanted.ts';

/** Every entry that may be meant, and of each ref the newest that would be restored instead. @throws {ProviderError} */
export async function listed(caches: GitHubCaches, repository: string, { beginnings, siblings, ref }: Search): Promise<readonly CacheEntry[]> {
  const only = ref === null ? {} : { ref };
  const meant = (await Promise.all(beginnings.map((prefix) => caches.list(repository, { prefix, ...only })))).flat();
  const refs = [...new Set(meant.map((entry) => entry.ref))];
  const next = await Promise.all(siblings.flatMap((prefix) => refs.map((one) => caches.newest(repository, { prefix, ref: one }))));
  return [...new Map([...meant, ...next.flat()].map((entry) => [entry.id, entry])).values()];
}
