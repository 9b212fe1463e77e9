import { refuse } from './answers.ts';
import { passwordOf, type Reach, reaches } from './reach.ts';
import { type Scope, textOf } from './scopes.ts';
import { type Issued, tokenServer } from './token-server.ts';

/**
 * Who may speak: Basic `x:<token>` as flyctl and docker send it, or a Bearer token that `/token` gave for such a login.
 * flyctl strips the scheme `FlyV1 ` from a token before it uses it as a password, so both spellings are the same login.
 */
export interface Access {
  /** @param asked what the request needs; nothing of it is any login's */
  refusal(request: Request, asked: readonly Scope[]): Response | null;
  /** Whether the request's login may do this besides what was asked for. */
  allows(request: Request, scope: Scope): boolean;
  token(request: Request): Promise<Response>;
}

/** What a request without a login is told to bring: its password each time, as Fly wants it, or a token for just that request's scopes. */
export type Challenge = 'basic' | 'bearer';

export interface AccessOptions {
  readonly challenge: Challenge;
  readonly reachOf: (password: string) => Reach;
  readonly now: () => number;
}

type Login = { readonly kind: 'password'; readonly reach: Reach } | ({ readonly kind: 'token' } & Issued) | { readonly kind: 'unknown-token' } | { readonly kind: 'none' };

export function access({ challenge, reachOf, now }: AccessOptions): Access {
  const tokens = tokenServer({ reachOf, now });
  return {
    refusal: (request, asked) => {
      const login = loginOf(request);
      return isKnown(login) && asked.every((scope) => covers(login, scope)) ? null : unauthorized(request, asked, login);
    },
    allows: (request, scope) => covers(loginOf(request), scope),
    token: (request) => tokens.answer(request),
  };

  function loginOf(request: Request): Login {
    const header = request.headers.get('authorization') ?? '';
    if (/^bearer /iu.test(header)) {
      const issued = tokens.issued(header.slice('bearer '.length).trim());
      return issued === null ? { kind: 'unknown-token' } : { kind: 'token', ...issued };
    }
    if (challenge === 'bearer' || !/^basic /iu.test(header)) return { kind: 'none' };
    return { kind: 'password', reach: reachOf(passwordOf(header)) };
  }

  function unauthorized(request: Request, asked: readonly Scope[], login: Login): Response {
    const { host, origin } = new URL(request.url);
    if (challenge === 'basic') return refuse('UNAUTHORIZED', 'authentication required', { 'www-authenticate': `Basic realm="${host}"` });
    const fault = { 'password': '', 'none': '', 'token': 'insufficient_scope', 'unknown-token': 'invalid_token' }[login.kind];
    const parameters = [['realm', `${origin}/token`], ['service', host], ['scope', textOf(asked)], ['error', fault]].filter(([, value]) => value !== '');
    return refuse('UNAUTHORIZED', 'authentication required', { 'www-authenticate': `Bearer ${parameters.map(([name, value]) => `${name}="${value}"`).join(',')}` });
  }
}

function isKnown(login: Login): boolean {
  return login.kind === 'token' || (login.kind === 'password' && login.reach.kind !== 'none');
}

function covers(login: Login, { repository, actions }: Scope): boolean {
  if (login.kind === 'password') return reaches(login.reach, repository);
  return login.kind === 'token' && actions.every((action) => login.granted.some((scope) => scope.repository === repository && scope.actions.includes(action)));
}
