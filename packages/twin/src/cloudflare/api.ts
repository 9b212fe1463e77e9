import { Hono } from 'hono';
import type { Access } from './access.ts';
import { accessRoutes } from './access-api.ts';
import { type Account, AUTHOR } from './account.ts';
import { deploymentRoutes } from './deployments.ts';
import { domainRoutes } from './domains.ts';
import { ok, Refusal, unmodelled } from './envelope.ts';
import { resourceRoutes } from './resources.ts';
import { routesOfScript, zoneRoutes } from './routes.ts';
import { scriptRoutes } from './scripts.ts';
import { secretRoutes } from './secrets.ts';
import { subdomainRoutes } from './subdomain.ts';
import { versionRoutes } from './versions.ts';

const BASE = '/client/v4';
// Opened by the token of an upload session, not by the account's.
const ASSET_UPLOAD = '/workers/assets/upload';

/** One call to api.cloudflare.com. */
export function createApi(account: Account, access: Access): (request: Request) => Promise<Response> {
  const api = new Hono();
  api.use(`${BASE}/*`, async (c, next) => {
    const isOpen = c.req.path.endsWith('/tokens/verify') || c.req.path.endsWith(ASSET_UPLOAD);
    if (!isOpen) access.check(c.req.raw);
    await next();
  });
  identityRoutes(api, account, access);
  api.route(`${BASE}/accounts/:account`, accountApi(account, access));
  const zones = new Hono();
  zoneRoutes(zones, account);
  api.route(`${BASE}/zones`, zones);
  api.notFound((c) => unmodelled(`${c.req.method} ${c.req.path}`).toResponse());
  api.onError((error) => {
    if (error instanceof Refusal) return error.toResponse();
    throw error;
  });
  return async (request) => api.fetch(request);
}

/**
 * Calls that change the account. An upload session only asks which files are missing, and a changeset what a change of domains would do:
 * both are a POST that writes nothing.
 */
export function changesAccount({ method, url }: Request): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method) && !/\/(?:assets-upload-session|domains\/changeset)$/u.test(new URL(url).pathname);
}

function accountApi(account: Account, access: Access): Hono {
  const api = new Hono();
  api.use('*', async (c, next) => {
    const given = c.req.param('account');
    if (given !== account.id) throw new Refusal(403, 10000, 'Authentication error');
    await next();
  });
  api.get('/tokens/verify', (c) => access.verify(c.req.raw, 'account'));
  for (const mount of [scriptRoutes, versionRoutes, deploymentRoutes, secretRoutes, routesOfScript, subdomainRoutes, resourceRoutes, accessRoutes, domainRoutes]) mount(api, account);
  return api;
}

function identityRoutes(api: Hono, account: Account, access: Access): void {
  const answer = { id: account.id, name: 'Shop', type: 'standard' };
  api.get(`${BASE}/user/tokens/verify`, (c) => access.verify(c.req.raw, 'user'));
  api.get(`${BASE}/user`, (c) => {
    // An account's token speaks for nobody.
    if (access.kindOf(c.req.raw) === 'account') throw new Refusal(403, 9109, 'Unauthorized to access requested resource');
    return ok({ id: account.id, email: AUTHOR });
  });
  api.get(`${BASE}/accounts`, () => ok([answer], { info: { page: 1, per_page: 20, count: 1, total_count: 1, total_pages: 1 } }));
  api.get(`${BASE}/accounts/:account`, (c) => {
    if (c.req.param('account') !== account.id) throw new Refusal(403, 10000, 'Authentication error');
    return ok(answer);
  });
  api.get(`${BASE}/memberships`, (c) => {
    if (access.kindOf(c.req.raw) === 'account') throw new Refusal(403, 10000, 'Authentication error');
    return ok([{ id: account.id, status: 'accepted', roles: ['Administrator'], account: answer }], { info: { page: 1, per_page: 20, count: 1, total_count: 1, total_pages: 1 } });
  });
}
