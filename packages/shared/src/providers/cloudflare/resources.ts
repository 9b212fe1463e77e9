import { z } from 'zod';
import { ProviderError } from '../error.ts';
import { caller, type CloudflareClientOptions } from './call.ts';

export interface Namespace {
  readonly id: string;
  readonly title: string;
}

/** KV namespaces and R2 buckets of the account, by their exact names. All throw ProviderError; of a write, only a read tells whether it was done. */
export interface CloudflareResourceClient {
  namespaces(): Promise<readonly Namespace[]>;
  /** @see https://developers.cloudflare.com/api/resources/kv/subresources/namespaces/methods/create/ */
  createNamespace(title: string): Promise<void>;
  hasBucket(name: string): Promise<boolean>;
  /** @see https://developers.cloudflare.com/api/resources/r2/subresources/buckets/methods/create/ */
  createBucket(name: string): Promise<void>;
}

const namespaceList = z.array(z.object({ id: z.string(), title: z.string() }));
const PAGE = 1000;
// An account may have a thousand namespaces; a server that ignores the page would otherwise be asked for ever.
const MOST_PAGES = 20;

export function cloudflareResourceClient(options: CloudflareClientOptions): CloudflareResourceClient {
  const call = caller(options);
  const account = `accounts/${encodeURIComponent(options.accountId)}`;
  return {
    async namespaces() {
      const all: Namespace[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const some = await call({ method: 'GET', path: `${account}/storage/kv/namespaces?per_page=${PAGE}&page=${page}`, what: 'the KV namespaces', shape: namespaceList });
        all.push(...some);
        if (some.length < PAGE) return all;
      }
      throw new ProviderError('unexpected-answer', `Cloudflare lists more than ${PAGE * MOST_PAGES} KV namespaces`);
    },
    async createNamespace(title) {
      await call({ method: 'POST', path: `${account}/storage/kv/namespaces`, what: `the KV namespace ${title}`, shape: z.unknown(), body: { title } });
    },
    async hasBucket(name) {
      try {
        await call({ method: 'GET', path: `${account}/r2/buckets/${encodeURIComponent(name)}`, what: `the R2 bucket ${name}`, shape: z.unknown() });
        return true;
      } catch (error) {
        if (error instanceof ProviderError && error.code === 'not-found') return false;
        throw error;
      }
    },
    async createBucket(name) {
      await call({ method: 'POST', path: `${account}/r2/buckets`, what: `the R2 bucket ${name}`, shape: z.unknown(), body: { name } });
    },
  };
}
