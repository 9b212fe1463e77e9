import { json, notFound, Refusal } from './answers.ts';
import type { CacheEntries, CacheEntry } from './cache-entries.ts';
import type { Repository } from './objects.ts';

interface Call {
  readonly repository: Repository;
  /** What stands after /repos/{owner}/{repo}/actions/caches. */
  readonly path: readonly string[];
  readonly method: string;
  readonly url: URL;
}

const SORTED_BY = { last_accessed_at: 'accessedAt', created_at: 'createdAt', size_in_bytes: 'size' } as const;

/**
 * The entries by REST: listed by the beginning of their key, deleted by id or by the whole key. One listing shows the refs of all.
 * @see https://docs.github.com/en/rest/actions/cache
 */
export function answerCaches(entries: CacheEntries, { repository, path: [id], method, url }: Call): Response {
  const all = entries.list(repository.name);
  const [key, ref] = [url.searchParams.get('key'), url.searchParams.get('ref')];
  const ofRef = (one: CacheEntry): boolean => ref === null || one.ref === ref;
  if (method === 'GET' && id === undefined) return listed(all.filter((one) => ofRef(one) && one.key.startsWith(key ?? '')), url);
  if (method !== 'DELETE') throw notFound();
  if (id !== undefined) {
    if (!all.some((one) => one.id === Number(id))) throw notFound();
    entries.remove(Number(id));
    return new Response(null, { status: 204 });
  }
  if (key === null) throw new Refusal(422, 'Invalid request.\n\n"key" wasn\'t supplied.');
  const gone = all.filter((one) => ofRef(one) && one.key === key);
  if (gone.length === 0) throw notFound();
  for (const one of gone) entries.remove(one.id);
  return json({ total_count: gone.length, actions_caches: gone.map(shown) });
}

function listed(found: readonly CacheEntry[], { searchParams, origin, pathname }: URL): Response {
  // GitHub gives 30 where nothing is asked for, and 100 at most; the last used first.
  const size = Math.min(Number(searchParams.get('per_page') ?? 30), 100);
  const page = Number(searchParams.get('page') ?? 1);
  const by = SORTED_BY[(searchParams.get('sort') ?? 'last_accessed_at') as keyof typeof SORTED_BY];
  const rising = searchParams.get('direction') === 'asc' ? 1 : -1;
  const sorted = found.toSorted((one, other) => rising * (one[by] < other[by] ? -1 : one[by] > other[by] ? 1 : one.id - other.id));
  const answer = json({ total_count: found.length, actions_caches: sorted.slice((page - 1) * size, page * size).map(shown) });
  if (page * size < found.length) answer.headers.set('link', `<${origin}${pathname}?per_page=${size}&page=${page + 1}>; rel="next"`);
  return answer;
}

function shown({ id, ref, key, version, size, createdAt, accessedAt }: CacheEntry): Record<string, unknown> {
  return { id, ref, key, version, last_accessed_at: accessedAt, created_at: createdAt, size_in_bytes: size };
}
