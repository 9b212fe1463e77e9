import { isDeepStrictEqual } from 'node:util';
import type { Route, Subdomain } from '@vendure-deploy/shared/providers/cloudflare';
import type { LiveReading } from '../deploy/observe.ts';

/** All of the account that a lane could touch: the zone's routes, whosesoever, and the Worker with its other addresses. */
export interface Account {
  readonly live: Exclude<LiveReading, { kind: 'unreadable' }>;
  readonly routes: readonly Route[];
  readonly subdomain: Subdomain;
  /** The Worker's custom domains. */
  readonly domains: readonly string[];
}

/** What differs beside the routes that were to go; empty: nothing else was touched. */
export function otherChanges(before: Account, after: Account, removed: readonly string[]): string[] {
  const kept = before.routes.filter(({ id }) => !removed.includes(id));
  const missing = kept.filter((route) => !after.routes.some((one) => isDeepStrictEqual(one, route)));
  const added = after.routes.filter((route) => !before.routes.some((one) => isDeepStrictEqual(one, route)));
  return [
    ...missing.map(({ pattern, worker }) => `the route ${pattern} of ${worker ?? 'no Worker'} is not there any more as it was`),
    ...added.map(({ pattern, worker }) => `the route ${pattern} of ${worker ?? 'no Worker'} is new`),
    ...(isDeepStrictEqual(before.live, after.live) ? [] : ['another deployment of the Worker is live']),
    ...(isDeepStrictEqual(before.domains, after.domains) ? [] : ['the custom domains of the Worker are others']),
    ...(isDeepStrictEqual(before.subdomain, after.subdomain) ? [] : ['the workers.dev switches of the Worker are others']),
  ];
}
