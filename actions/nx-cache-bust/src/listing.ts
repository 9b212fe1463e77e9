import type { CacheEntry, GitHubCaches } from '@vendure-deploy/shared/providers/github';
import type { Search } from './wanted.ts';

/** Every entry that may be meant. @throws {ProviderError} */
export async function listed(caches: GitHubCaches, repository: string, { beginnings, ref }: Search): Promise<readonly CacheEntry[]> {
  const only = ref === null ? {} : { ref };
  return (await Promise.all(beginnings.map((prefix) => caches.list(repository, { prefix, ...only })))).flat();
}

/** Those, and of each of their refs the newest that would be restored instead. @throws {ProviderError} */
export async function withSiblings(meant: readonly CacheEntry[], caches: GitHubCaches, repository: string, { siblings }: Search): Promise<readonly CacheEntry[]> {
  const refs = [...new Set(meant.map((entry) => entry.ref))];
  const next = await Promise.all(siblings.flatMap((prefix) => refs.map((one) => caches.newest(repository, { prefix, ref: one }))));
  return [...new Map([...meant, ...next.flat()].map((entry) => [entry.id, entry])).values()];
}
