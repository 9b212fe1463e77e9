import type { z } from 'zod';
import type { HttpClient } from '../../net/index.ts';
import { Secret } from '../../secrets/index.ts';
import { ProviderError } from '../error.ts';
import { type Deployment, deploymentList } from './deployment.ts';
import { opened } from './envelope.ts';
import { type Route, routeList, type Subdomain, subdomain, zoneList } from './route.ts';
import { type WorkerVersion, workerVersion } from './version.ts';

/** Also given to wrangler by name, so that no `.env` file can send the token elsewhere. */
export const CLOUDFLARE_API = 'https://api.cloudflare.com/client/v4';

/** All throw ProviderError: `unauthorized`, `forbidden` (a permission is missing), `not-found`, `rate-limited`, `unavailable`, `unexpected-answer`. */
export interface CloudflareClient {
  /**
   * What the public gets: the newest deployment, split or not. null: there is no such Worker, or nothing of it was deployed.
   * @see https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/
   */
  liveDeployment(worker: string): Promise<Deployment | null>;
  version(worker: string, id: string): Promise<WorkerVersion>;
  /** All routes of a zone of this account, other Workers' included: a pattern belongs to one Worker. */
  routes(zone: string): Promise<readonly Route[]>;
  /** Whether the Worker answers on workers.dev, and its versions on addresses of their own. */
  subdomain(worker: string): Promise<Subdomain>;
}

export interface CloudflareClientOptions {
  readonly http: HttpClient;
  readonly token: Secret;
  readonly accountId: string;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

// Reads answer in well under a second; retries after a 429 share this budget.
const DEADLINE_MS = 15_000;

export function cloudflareClient({ http, token, accountId, deadlineMs = DEADLINE_MS, signal }: CloudflareClientOptions): CloudflareClient {
  const scripts = `accounts/${encodeURIComponent(accountId)}/workers/scripts`;
  return {
    liveDeployment: (worker) => orNull(async () => (await get(`${scripts}/${encodeURIComponent(worker)}/deployments`, `the deployments of ${worker}`, deploymentList))[0] ?? null),
    version: (worker, id) => get(`${scripts}/${encodeURIComponent(worker)}/versions/${encodeURIComponent(id)}`, `version ${id} of ${worker}`, workerVersion),
    routes: async (zone) => get(`zones/${await zoneId(zone)}/workers/routes`, `the routes of ${zone}`, routeList),
    subdomain: (worker) => get(`${scripts}/${encodeURIComponent(worker)}/subdomain`, `the workers.dev switch of ${worker}`, subdomain),
  };

  async function zoneId(zone: string): Promise<string> {
    const found = await get(`zones?name=${encodeURIComponent(zone)}&account.id=${encodeURIComponent(accountId)}`, `the zone ${zone}`, zoneList);
    const id = found.find(({ name }) => name === zone)?.id;
    if (id === undefined) throw new ProviderError('not-found', `Cloudflare knows no zone ${zone} for this token in the account ${accountId}`);
    return encodeURIComponent(id);
  }

  async function get<T>(path: string, what: string, shape: z.ZodType<T>): Promise<T> {
    const answer = await http.request({
      method: 'GET',
      url: `${CLOUDFLARE_API}/${path}`,
      headers: { authorization: new Secret(`Bearer ${token.reveal()}`), accept: 'application/json' },
      deadlineMs,
      ...(signal === undefined ? {} : { signal }),
    });
    return opened(answer, what, shape);
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
