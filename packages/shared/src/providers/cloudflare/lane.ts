import { z } from 'zod';
import { ProviderError } from '../error.ts';
import { type AccessApp, accessApps, accessPolicies } from './access.ts';
import { caller, type CloudflareClientOptions } from './call.ts';
import { everyPage } from './pages.ts';
import { domainList, type Route, routeList, zoneList } from './route.ts';

/** What opens and closes one way to a Worker. All throw ProviderError; a write is sent once, and only what is read afterwards says whether it was done. */
export interface CloudflareLaneClient {
  /** `not-found`: the token sees no such zone in the account. */
  zoneId(zone: string): Promise<string>;
  /** All of the zone, other Workers' included: a pattern belongs to one Worker. */
  routes(zoneId: string): Promise<readonly Route[]>;
  /** @see https://developers.cloudflare.com/api/resources/workers/subresources/routes/methods/create/ */
  createRoute(zoneId: string, route: { readonly pattern: string; readonly worker: string }): Promise<void>;
  deleteRoute(zoneId: string, id: string): Promise<void>;
  /** The custom domains that lead to the Worker, by their hosts. */
  domains(worker: string): Promise<readonly string[]>;
  /** The Worker on workers.dev, and its versions on addresses of their own. */
  turnOffSubdomain(worker: string): Promise<void>;
  /** All of the account; `forbidden`: the token may not read them. Needs "Access: Apps and Policies Read". */
  accessApps(): Promise<readonly AccessApp[]>;
  accessDecisions(appId: string): Promise<readonly string[]>;
}

export function cloudflareLaneClient(options: CloudflareClientOptions): CloudflareLaneClient {
  const call = caller(options);
  const account = encodeURIComponent(options.accountId);
  return {
    async zoneId(zone) {
      const found = await call({ method: 'GET', path: `zones?name=${encodeURIComponent(zone)}&account.id=${account}`, what: `the zone ${zone}`, shape: zoneList });
      const id = found.find(({ name }) => name === zone)?.id;
      if (id === undefined) throw new ProviderError('not-found', `Cloudflare knows no zone ${zone} for this token in the account ${options.accountId}`);
      return id;
    },
    routes: (zoneId) => call({ method: 'GET', path: routesOf(zoneId), what: 'the routes of the zone', shape: routeList }),
    async createRoute(zoneId, { pattern, worker }) {
      await call({ method: 'POST', path: routesOf(zoneId), what: `the route ${pattern}`, shape: z.unknown(), body: { pattern, script: worker } });
    },
    async deleteRoute(zoneId, id) {
      await call({ method: 'DELETE', path: `${routesOf(zoneId)}/${encodeURIComponent(id)}`, what: `the removal of route ${id}`, shape: z.unknown() });
    },
    async domains(worker) {
      const found = await call({ method: 'GET', path: `accounts/${account}/workers/domains?service=${encodeURIComponent(worker)}`, what: `the custom domains of ${worker}`, shape: domainList });
      return found.filter(({ service }) => service === worker).map(({ hostname }) => hostname);
    },
    async turnOffSubdomain(worker) {
      // Without this date the API knows no switch for the versions' addresses (wrangler sends it, too).
      const headers = { 'Cloudflare-Workers-Script-Api-Date': '2025-08-01' };
      await call({ method: 'POST', path: `accounts/${account}/workers/scripts/${encodeURIComponent(worker)}/subdomain`, what: `the workers.dev switch of ${worker}`, shape: z.unknown(), body: { enabled: false, previews_enabled: false }, headers });
    },
    accessApps: () => everyPage(call, { path: `accounts/${account}/access/apps`, what: 'Access applications', shape: accessApps, perPage: 100 }),
    accessDecisions: (appId) => call({ method: 'GET', path: `accounts/${account}/access/apps/${encodeURIComponent(appId)}/policies`, what: `the policies of Access application ${appId}`, shape: accessPolicies }),
  };
}

function routesOf(zoneId: string): string {
  return `zones/${encodeURIComponent(zoneId)}/workers/routes`;
}
