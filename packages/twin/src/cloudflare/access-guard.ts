import type { Account } from './account.ts';
import { type AccessApp, appFor, isPublic } from './access-app.ts';
import type { Team } from './access-team.ts';

/** What Access makes of a visit: its own answer, or the Worker's with these headers added. */
export type Guarded = { readonly kind: 'answered'; readonly response: Response } | { readonly kind: 'passed'; readonly headers: Readonly<Record<string, string>> };

/** When Access lets everybody through although an application says otherwise; it goes on to sign what it is asked for. */
export type FailsOpen = 'never' | 'always' | 'once-routed';

export interface Guard {
  /** @param routed a Worker stands behind the URL */
  check(host: string, request: Request, routed: boolean): Guarded;
  fail(open: FailsOpen): void;
}

/** Access stands before routes and Workers: a host without either is protected as well. */
export function createGuard({ state }: Account, team: Team): Guard {
  let failsOpen: FailsOpen = 'never';
  return {
    check(host, request, routed) {
      const { pathname } = new URL(request.url);
      const app = appFor(state.access.apps, host, pathname);
      if (app === null) return { kind: 'passed', headers: {} };
      const headers: Record<string, string> = request.headers.get('cf-access-metadata-request') === 'true' ? { 'cf-access-metadata': metadata(app, host) } : {};
      const isOpen = failsOpen === 'always' || (failsOpen === 'once-routed' && routed);
      if (isOpen || isPublic(app, pathname) || has(app, 'bypass') || (has(app, 'non_identity') && knowsToken(request.headers))) return { kind: 'passed', headers };
      return { kind: 'answered', response: refusal(app, host, request, headers) };
    },
    fail(open) {
      failsOpen = open;
    },
  };

  function metadata(app: AccessApp, host: string): string {
    return team.sign({ type: 'match', hostname: host, auth_domain: team.host, aud: app.aud, app_hostname: app.domains[0], iat: now() });
  }

  function knowsToken(headers: Headers): boolean {
    const [id, secret] = [headers.get('cf-access-client-id'), headers.get('cf-access-client-secret')];
    return state.access.serviceTokens.some(({ clientId, clientSecret }) => clientId === id && clientSecret === secret);
  }

  /** Where people may log in, they are sent there, a wrong service token as well; where only service tokens pass, nobody is. */
  function refusal(app: AccessApp, host: string, request: Request, headers: Record<string, string>): Response {
    if (!has(app, 'allow')) return new Response('Forbidden.\n', { status: app.answers401 ? 401 : 403, headers });
    const login = new URL(`https://${team.host}/cdn-cgi/access/login/${host}`);
    const { pathname, search } = new URL(request.url);
    const meta = team.sign({ type: 'meta', aud: app.aud, hostname: host, redirect_url: `${pathname}${search}`, auth_status: 'NONE', iat: now(), exp: now() + 300 });
    for (const [name, value] of Object.entries({ kid: app.aud, meta, redirect_url: `${pathname}${search}` })) login.searchParams.set(name, value);
    return new Response(null, { status: 302, headers: { ...headers, location: login.href, 'cache-control': 'no-store' } });
  }
}

function has({ policies }: AccessApp, decision: string): boolean {
  return policies.some((policy) => policy.decision === decision);
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
