import { json, refuse } from './answers.ts';
import type { Storage } from './storage.ts';

/** `GET tags/list`, in pages of `n` after `last`; the next page's address stands in `Link`. */
export async function answerTags(store: Storage, request: Request, url: URL, repository: string): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse('UNSUPPORTED', `${request.method} is not supported for tags`);
  const [n, last] = [url.searchParams.get('n'), url.searchParams.get('last')];
  if (n !== null && !/^\d+$/u.test(n)) return refuse('PAGINATION_NUMBER_INVALID', `invalid number of results requested: ${n}`);
  if (!await store.hasRepository(repository)) return refuse('NAME_UNKNOWN', 'repository name not known to registry');
  const following = (await store.tag.list(repository)).filter((tag) => last === null || tag > last);
  const tags = n === null ? following : following.slice(0, Number(n));
  const more = tags.length > 0 && tags.length < following.length;
  return json({ name: repository, tags }, {
    headers: more ? { link: `</v2/${repository}/tags/list?n=${n ?? ''}&last=${encodeURIComponent(tags.at(-1) ?? '')}>; rel="next"` } : {},
  });
}
