import type { z } from 'zod';
import { ProviderError } from '../error.ts';
import { caller, type CloudflareClientOptions } from './call.ts';
import { type Deployment, deploymentList } from './deployment.ts';
import { type Subdomain, subdomain } from './route.ts';
import { type WorkerVersion, workerVersion } from './version.ts';

/** All throw ProviderError: `unauthorized`, `forbidden` (a permission is missing), `not-found`, `rate-limited`, `unavailable`, `unexpected-answer`. */
export interface CloudflareClient {
  /**
   * What the public gets: the newest deployment, split or not. null: there is no such Worker, or nothing of it was deployed.
   * @see https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/
   */
  liveDeployment(worker: string): Promise<Deployment | null>;
  version(worker: string, id: string): Promise<WorkerVersion>;
  /** Whether the Worker answers on workers.dev, and its versions on addresses of their own. */
  subdomain(worker: string): Promise<Subdomain>;
}

export function cloudflareClient(options: CloudflareClientOptions): CloudflareClient {
  const call = caller(options);
  const scripts = `accounts/${encodeURIComponent(options.accountId)}/workers/scripts`;
  return {
    liveDeployment: (worker) => orNull(async () => (await get(`${scripts}/${encodeURIComponent(worker)}/deployments`, `the deployments of ${worker}`, deploymentList))[0] ?? null),
    version: (worker, id) => get(`${scripts}/${encodeURIComponent(worker)}/versions/${encodeURIComponent(id)}`, `version ${id} of ${worker}`, workerVersion),
    subdomain: (worker) => get(`${scripts}/${encodeURIComponent(worker)}/subdomain`, `the workers.dev switch of ${worker}`, subdomain),
  };

  function get<T>(path: string, what: string, shape: z.ZodType<T>): Promise<T> {
    return call({ method: 'GET', path, what, shape });
  }
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'not-found') return null;
    throw error;
  }
}
