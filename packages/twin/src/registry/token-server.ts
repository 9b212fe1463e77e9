import { randomBytes } from 'node:crypto';
import { json, refuse } from './answers.ts';
import { bare, passwordOf, type Reach, reaches } from './reach.ts';
import { parseScopes, type Scope } from './scopes.ts';

/** What a token that is still valid stands for. */
export interface Issued {
  readonly granted: readonly Scope[];
}

/** Seconds; docker's own token server gives as many. */
const LIFE = 300;

/**
 * `/token`, in both of its ways: a GET with the Basic login and `scope`s, or a POST of an OAuth2 form with a password or a refresh token. It grants what
 * the login reaches of what is asked for, and says nothing of the rest.
 * @see https://distribution.github.io/distribution/spec/auth/token and …/oauth
 */
export function tokenServer({ reachOf, now }: { reachOf: (password: string) => Reach; now: () => number }) {
  const tokens = new Map<string, Issued & { readonly until: number }>();
  const passwords = new Map<string, string>();
  return {
    /** null for a token that is not known, or not any more. */
    issued: (token: string): Issued | null => {
      const found = tokens.get(token);
      return found === undefined || found.until <= now() ? null : found;
    },
    answer: async (request: Request): Promise<Response> => {
      const asked = await readAsked(request);
      if (asked === null) return refuse('UNSUPPORTED', 'a token is asked for with GET, or with a POST of grant_type password or refresh_token');
      const reach = reachOf(asked.password);
      if (reach.kind === 'none') return refuse('UNAUTHORIZED', 'authentication required', { 'www-authenticate': `Basic realm="${new URL(request.url).host}"` });
      const token = secret();
      tokens.set(token, { granted: asked.scopes.filter(({ repository }) => reaches(reach, repository)), until: now() + LIFE * 1000 });
      return json({
        token, access_token: token, expires_in: LIFE, issued_at: new Date(now()).toISOString(),
        ...(asked.offline ? { refresh_token: refreshToken(asked.password) } : {}),
      });
    },
  };

  async function readAsked(request: Request): Promise<{ password: string; scopes: Scope[]; offline: boolean } | null> {
    if (request.method === 'GET') {
      const { searchParams } = new URL(request.url);
      const header = request.headers.get('authorization') ?? '';
      return { password: /^basic /iu.test(header) ? passwordOf(header) : '', scopes: parseScopes(searchParams.getAll('scope')), offline: searchParams.get('offline_token') === 'true' };
    }
    const form = request.method === 'POST' ? new URLSearchParams(await request.text()) : new URLSearchParams();
    const scopes = parseScopes(form.getAll('scope'));
    switch (form.get('grant_type')) {
      case 'password': return { password: bare(form.get('password') ?? ''), scopes, offline: form.get('access_type') === 'offline' };
      case 'refresh_token': return { password: passwords.get(form.get('refresh_token') ?? '') ?? '', scopes, offline: true };
      default: return null;
    }
  }

  function refreshToken(password: string): string {
    const token = secret();
    passwords.set(token, password);
    return token;
  }
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}
