import type { z } from 'zod';
import { ProviderError } from '../error.ts';
import type { Caller } from './call.ts';

export interface Listing<T> {
  /** Below the API's address, without a query. */
  readonly path: string;
  /** As the operator would name what is listed: `KV namespaces`. */
  readonly what: string;
  readonly shape: z.ZodType<readonly T[]>;
  /** As many as the API gives at once. */
  readonly perPage: number;
}

// An account has a few dozen of anything, or a thousand: a server that ignores the page would otherwise be asked for ever.
const MOST_PAGES = 20;

/** Page after page, until one is not full. @throws {ProviderError} `unexpected-answer`: there are more than twenty pages, and nothing is proven */
export async function everyPage<T>(call: Caller, { path, what, shape, perPage }: Listing<T>): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const some = await call({ method: 'GET', path: `${path}?per_page=${perPage}&page=${page}`, what: `the ${what}`, shape });
    all.push(...some);
    if (some.length < perPage) return all;
  }
  throw new ProviderError('unexpected-answer', `Cloudflare lists more than ${perPage * MOST_PAGES} ${what}`);
}
