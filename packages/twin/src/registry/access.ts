import { randomBytes } from 'node:crypto';
import { json, refuse } from './answers.ts';

/**
 * Who may speak: Basic `x:<token>` as flyctl and docker send it, or a Bearer token that `/token` gave for such a login.
 * flyctl strips the scheme `FlyV1 ` from a token before it uses it as a password, so both spellings are the same login.
 */
export interface Access {
  /** @param repository what is asked for; null for what is no repository's */
  refusal(request: Request, repository: string | null): Response | null;
  token(request: Request): Response;
}

/** What a password may speak for: all repositories, one, or none since nobody knows it. */
export type Reach = { readonly kind: 'all' } | { readonly kind: 'one'; readonly repository: string } | { readonly kind: 'none' };

export function access(reachOf: (token: string) => Reach): Access {
  const issued = new Map<string, Reach>();
  const reachOfRequest = (request: Request): Reach => {
    const header = request.headers.get('authorization') ?? '';
    if (/^bearer /i.test(header)) return issued.get(header.slice('bearer '.length).trim()) ?? { kind: 'none' };
    return /^basic /i.test(header) ? reachOf(passwordOf(header)) : { kind: 'none' };
  };
  return {
    refusal: (request, repository) => {
      const reach = reachOfRequest(request);
      return reach.kind === 'none' || (reach.kind === 'one' && repository !== null && repository !== reach.repository) ? unauthorized() : null;
    },
    token: (request) => {
      const reach = reachOfRequest(request);
      if (reach.kind === 'none') return unauthorized();
      const value = randomBytes(24).toString('base64url');
      issued.set(value, reach);
      return json({ token: value, access_token: value, expires_in: 300, issued_at: new Date().toISOString() });
    },
  };
}

function unauthorized(): Response {
  return refuse('UNAUTHORIZED', 'authentication required', { 'www-authenticate': 'Basic realm="registry.fly.io"' });
}

function passwordOf(header: string): string {
  // Buffer reads both base64 alphabets: flyctl's own writer uses the URL-safe one.
  const login = Buffer.from(header.slice('basic '.length).trim(), 'base64').toString('utf8');
  return bare(login.slice(login.indexOf(':') + 1));
}

function bare(token: string): string {
  return token.replace(/^FlyV1\s+/, '');
}
