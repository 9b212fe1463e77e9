import { createHmac } from 'node:crypto';
import type { App } from './world.ts';

/** A deploy token of one app, as `fly tokens create deploy --app` gives one. It follows from the organization's, so that a kept world knows it again. */
export function deployToken(organizationToken: string, app: string): string {
  return `fo1_${createHmac('sha256', organizationToken).update(app).digest('base64url')}`;
}

/** What a token reaches: every app, the one that it was made for, or nothing, since nobody knows it. */
export type TokenScope = { readonly kind: 'organization' } | { readonly kind: 'app'; readonly app: string } | { readonly kind: 'unknown' };

export function scopeOf(token: string, organizationToken: string, apps: ReadonlyMap<string, App>): TokenScope {
  if (token === organizationToken) return { kind: 'organization' };
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
