import { createHmac, randomBytes } from 'node:crypto';
import { encode } from '@msgpack/msgpack';
import type { App } from './world.ts';

/** A deploy token of one app, as `fly tokens create deploy --app` gives one. It follows from the organization's, so that a kept world knows it again. */
export function deployToken(organizationToken: string, app: string): string {
  return `fo1_${createHmac('sha256', organizationToken).update(app).digest('base64url')}`;
}

/** What a token reaches: every app, the one that it was made for, or nothing, since nobody knows it. */
export type TokenScope = { readonly kind: 'organization' } | { readonly kind: 'app'; readonly app: string } | { readonly kind: 'unknown' };

/** Tokens that end, by their text. */
export type EndingTokens = Map<string, { readonly app: string; readonly endsAt: number }>;

// Caveats by their numbers. @see https://github.com/superfly/macaroon — caveat.go
const VALIDITY_WINDOW = 4;
const APPS = 3;

/** A deploy token as Fly makes them today: a macaroon that says itself when it ends. Here nobody verifies its seal: the text is known, or it is not. */
export function endingToken(app: string, endsAt: number): string {
  const nonce = [randomBytes(16), randomBytes(16), false];
  const caveats = [APPS, [{ [app]: 31 }], VALIDITY_WINDOW, [0, Math.floor(endsAt / 1000)]];
  return `fm2_${Buffer.from(encode([nonce, 'https://api.fly.io/v1', caveats, randomBytes(32)])).toString('base64')}`;
}

export function scopeOf(token: string, organizationToken: string, apps: ReadonlyMap<string, App>, ending: EndingTokens = new Map()): TokenScope {
  if (token === organizationToken) return { kind: 'organization' };
  const made = ending.get(token);
  if (made !== undefined) return made.endsAt > Date.now() ? { kind: 'app', app: made.app } : { kind: 'unknown' };
  const app = [...apps.keys()].find((name) => deployToken(organizationToken, name) === token);
  return app === undefined ? { kind: 'unknown' } : { kind: 'app', app };
}

/** As Fly does it: what a token does not reach is not there (lists are shorter, and an app is not found). */
export function reached(scope: TokenScope, apps: ReadonlyMap<string, App>): ReadonlyMap<string, App> {
  return scope.kind === 'app' ? new Map([...apps].filter(([name]) => name === scope.app)) : apps;
}

/** `Bearer <token>` or `FlyV1 <token>`; '' where there is none. */
export function tokenOf(authorization: string | null): string {
  return /^(?:Bearer|FlyV1) (.+)$/u.exec(authorization ?? '')?.[1] ?? '';
}
