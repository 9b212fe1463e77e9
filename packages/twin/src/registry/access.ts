import { randomBytes } from 'node:crypto';
import { json, refuse } from './answers.ts';

/**
 * Who may speak: Basic `x:<token>` as flyctl and docker send it, or a Bearer token that `/token` gave for such a login.
 * flyctl strips the scheme `FlyV1 ` from a token before it uses it as a password, so both spellings are the same login.
 */
export interface Access {
  refusal(request: Request): Response | null;
  token(request: Request): Response;
}

export function access(token: string): Access {
  const issued = new Set<string>();
  const knows = (request: Request): boolean => {
    const header = request.headers.get('authorization') ?? '';
    if (/^bearer /i.test(header)) return issued.has(header.slice('bearer '.length).trim());
    return /^basic /i.test(header) && passwordOf(header) === bare(token);
  };
  return {
    refusal: (request) => knows(request) ? null
      : refuse('UNAUTHORIZED', 'authentication required', { 'www-authenticate': 'Basic realm="registry.fly.io"' }),
    token: (request) => {
      if (!knows(request)) return refuse('UNAUTHORIZED', 'authentication required', { 'www-authenticate': 'Basic realm="registry.fly.io"' });
      const value = randomBytes(24).toString('base64url');
      issued.add(value);
      return json({ token: value, access_token: value, expires_in: 300, issued_at: new Date().toISOString() });
    },
  };
}

function passwordOf(header: string): string {
  // Buffer reads both base64 alphabets: flyctl's own writer uses the URL-safe one.
  const login = Buffer.from(header.slice('basic '.length).trim(), 'base64').toString('utf8');
  return bare(login.slice(login.indexOf(':') + 1));
}

function bare(token: string): string {
  return token.replace(/^FlyV1\s+/, '');
}
