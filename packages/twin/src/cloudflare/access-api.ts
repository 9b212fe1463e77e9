import { randomBytes, randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { type Account, hexId } from './account.ts';
import type { AccessApp, AccessDecision } from './access-app.ts';
import type { FailsOpen, Guard } from './access-guard.ts';
import type { Team } from './access-team.ts';
import { ok, Refusal } from './envelope.ts';

/** What somebody set up in the dashboard; the API only reads it here. */
export interface AccessSetup {
  /** The first label of `<team>.cloudflareaccess.com`. */
  readonly team: string;
  addApp(app: { readonly domains: readonly string[]; readonly decisions: readonly AccessDecision[]; readonly publicPaths?: readonly string[]; readonly answers401?: boolean }): AccessApp;
  removeApp(id: string): void;
  /** Those that were issued, the oldest first. */
  serviceTokens(): readonly { readonly clientId: string; readonly clientSecret: string }[];
  issueServiceToken(): { readonly clientId: string; readonly clientSecret: string };
  failOpen(when: FailsOpen): void;
  /** Signed as Access signs: for what a client must not believe all the same. */
  sign: Team['sign'];
}

export function createAccessSetup(account: Account, team: Team, guard: Guard): AccessSetup {
  const { access } = account.state;
  return {
    team: access.team,
    addApp({ domains, decisions, publicPaths = [], answers401 = false }) {
      const policies = decisions.map((decision) => ({ id: randomUUID(), name: decision, decision }));
      const app: AccessApp = { id: randomUUID(), name: domains[0] ?? '', aud: randomBytes(32).toString('hex'), domains: [...domains], policies, publicPaths: [...publicPaths], answers401 };
      access.apps.push(app);
      account.save();
      return app;
    },
    removeApp(id) {
      access.apps = access.apps.filter((app) => app.id !== id);
      account.save();
    },
    issueServiceToken() {
      const token = { clientId: `${hexId()}.access`, clientSecret: `cfast_${randomBytes(30).toString('base64url')}` };
      access.serviceTokens.push(token);
      account.save();
      return token;
    },
    serviceTokens: () => structuredClone(access.serviceTokens),
    failOpen: (when) => guard.fail(when),
    sign: team.sign,
  };
}

/** `…/access/apps`: pages; `domain` is a part of an application's domain, or all of it with `exact`. */
export function accessRoutes(api: Hono, account: Account): void {
  const { access } = account.state;
  api.get('/access/apps', (c) => {
    const [page, size, domain, exact] = [Number(c.req.query('page') ?? 1), Number(c.req.query('per_page') ?? 25), c.req.query('domain'), c.req.query('exact') === 'true'];
    const wanted = access.apps.filter(({ domains }) => domain === undefined || domains.some((one) => (exact ? one === domain : one.includes(domain))));
    const shown = wanted.slice((page - 1) * size, page * size);
    return ok(shown.map((app) => appAnswer(app)), { info: { page, per_page: size, count: shown.length, total_count: wanted.length } });
  });
  api.get('/access/apps/:app', (c) => ok(appAnswer(appOf(account, c.req.param('app')))));
  api.get('/access/apps/:app/policies', (c) => ok(appOf(account, c.req.param('app')).policies));
}

/** The code is ours. */
function appOf({ state }: Account, id: string): AccessApp {
  const app = state.access.apps.find((one) => one.id === id);
  if (app === undefined) throw new Refusal(404, 11_021, 'access.api.error.not_found');
  return app;
}

function appAnswer({ id, name, aud, domains, policies, publicPaths, answers401 }: AccessApp): Record<string, unknown> {
  const overrides = publicPaths.map((path) => ({ behavior: 'public', path_pattern: path }));
  const destinations = domains.map((uri) => ({ type: 'public', uri, ...(overrides.length > 0 ? { overrides } : {}) }));
  return { id, name, type: 'self_hosted', aud, domain: domains[0], self_hosted_domains: domains, destinations, policies, service_auth_401_redirect: answers401 };
}
