import { z } from 'zod';
import { ProviderError } from '../error.ts';
import { caller, type CloudflareClientOptions } from './call.ts';
import { everyPage } from './pages.ts';

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

export function cloudflareResourceClient(options: CloudflareClientOptions): CloudflareResourceClient {
  const call = caller(options);
  const account = `accounts/${encodeURIComponent(options.accountId)}`;
  return {
    namespaces: () => everyPage(call, { path: `${account}/storage/kv/namespaces`, what: 'KV namespaces', shape: namespaceList, perPage: 1000 }),
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
