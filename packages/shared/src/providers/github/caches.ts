import { z } from 'zod';
import { retryAfter } from '../../net/retry.ts';
import { ProviderError } from '../error.ts';
import { ask, refused, send } from './call.ts';
import type { GitHubClientOptions } from './client.ts';

/** One entry of GitHub's cache. A key has one for each ref that saved it, and for each version (a hash of the cached paths). */
export interface CacheEntry {
  readonly id: number;
  readonly ref: string;
  readonly key: string;
  readonly version: string;
  readonly createdAt: string;
  readonly bytes: number;
}

/** `gone`: it was not there. `wait`: GitHub asks to be left alone for so long; nothing was deleted. */
export type Deletion = { readonly kind: 'deleted' | 'gone' } | { readonly kind: 'wait'; readonly ms: number };

/**
 * All throw ProviderError: `forbidden` where the token lacks `actions: read` to list, or `actions: write` to delete.
 * @see https://docs.github.com/en/rest/actions/cache
 */
export interface GitHubCaches {
  /** Every entry whose key begins so, of one ref or of all, the newest first. */
  list(repository: string, wanted: { readonly prefix: string; readonly ref?: string }): Promise<readonly CacheEntry[]>;
  /** The first page of that: a hundred. */
  newest(repository: string, wanted: { readonly prefix: string; readonly ref: string }): Promise<readonly CacheEntry[]>;
  /** All of that key, on whatever ref and of whatever version, by one call. */
  deleteKey(repository: string, key: string): Promise<Deletion>;
  deleteEntry(repository: string, id: number): Promise<Deletion>;
}

const PAGE = 100;
// 10 GB of entries of a megabyte, the size that a repository has by default.
const MOST_PAGES = 100;

const entry = z.object({ id: z.number(), ref: z.string(), key: z.string(), version: z.string(), created_at: z.string(), size_in_bytes: z.number() })
  .transform(({ created_at: createdAt, size_in_bytes: bytes, ...rest }): CacheEntry => ({ ...rest, createdAt, bytes }));
const listing = z.object({ actions_caches: z.array(entry) });

/** @param now milliseconds since the epoch, for a Retry-After that is a date */
export function githubCaches(options: GitHubClientOptions, now: () => number): GitHubCaches {
  return {
    async list(repository, wanted) {
      const all: CacheEntry[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const some = await pageOf(repository, wanted, page);
        all.push(...some);
        if (some.length < PAGE) return all;
      }
      throw new ProviderError('unexpected-answer', `GitHub lists more than ${PAGE * MOST_PAGES} entries of the cache that begin with ${JSON.stringify(wanted.prefix)}`);
    },
    newest: (repository, wanted) => pageOf(repository, wanted, 1),
    deleteKey: (repository, key) => remove(`repos/${repository}/actions/caches?key=${encodeURIComponent(key)}`),
    deleteEntry: (repository, id) => remove(`repos/${repository}/actions/caches/${id}`),
  };

  async function pageOf(repository: string, { prefix, ref }: { prefix: string; ref?: string }, page: number): Promise<readonly CacheEntry[]> {
    const query = new URLSearchParams({ key: prefix, ...(ref === undefined ? {} : { ref }), sort: 'created_at', direction: 'desc', per_page: String(PAGE), page: String(page) });
    const some = listing.safeParse(await ask(options, { method: 'GET', path: `repos/${repository}/actions/caches?${query.toString()}` }));
    if (!some.success) throw new ProviderError('unexpected-answer', `GitHub answered something else than the cache of ${repository}`);
    return some.data.actions_caches;
  }

  async function remove(path: string): Promise<Deletion> {
    const call = { method: 'DELETE', path } as const;
    const answer = await send(options, call);
    if (answer.status < 300) return { kind: 'deleted' };
    if (answer.status === 404) return { kind: 'gone' };
    const ms = askedToWait(answer, now());
    if (ms !== null) return { kind: 'wait', ms };
    throw refused(answer, call);
  }
}

/** The secondary limit says Retry-After; the primary one is spent, and says until when. A 403 without either is a refusal. */
function askedToWait({ status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> }, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const asked = retryAfter(headers['retry-after'], now);
  if (asked !== null) return asked;
  const reset = Number(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset)) return Math.max(0, reset * 1000 - now);
  // GitHub: "wait for at least one minute" where it says nothing.
  return status === 429 ? 60_000 : null;
}
