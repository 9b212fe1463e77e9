import { createHash } from 'node:crypto';
import type { FlySecret, Machine } from '@vendure-deploy/shared/providers/fly';
import { Secret } from '@vendure-deploy/shared/secrets';
import { compare, showsForm } from '../../src/secrets/compare.ts';
import type { Secrets } from '../../src/secrets/sync.ts';

export const REDIS = { app: 'redis-1', names: { password: 'PW', previous: 'PW_OLD' } };

export const values = (given: Readonly<Record<string, string>>): Map<string, Secret> => new Map(Object.entries(given).map(([name, value]) => [name, new Secret(value)]));

export const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 16);

/** How nobody knows that Fly makes its digests. */
export const otherwise = (value: string): string => createHash('sha512').update(`salt ${value}`).digest('hex').slice(0, 16);

export function listed(given: Readonly<Record<string, string>>, digest: (value: string) => string = sha256): FlySecret[] {
  return Object.entries(given).map(([name, value]) => ({ name, digest: digest(value), updatedAt: 1 }));
}

/** The shop's side: what is wanted in all, what Fly lists of the shop, what is staged there. */
export function shopOf(wanted: Readonly<Record<string, string>>, list: readonly FlySecret[], staged: readonly string[] = []): Secrets {
  const all = values(wanted);
  const own = new Map([...all].filter(([name]) => name !== REDIS.names.previous));
  return { wanted: { values: all, versions: {} }, listed: list, comparison: compare(own, list, staged, showsForm(all, list)) };
}

export function machine(change: Partial<Machine> = {}): Machine {
  return {
    id: 'm1', state: 'started', since: '', hostStatus: 'ok', region: 'fra', group: 'redis', releaseId: 'r1', releaseVersion: '1', image: 'registry.fly.io/redis-1:v1', tag: 'v1', digest: 'sha256:aa', revision: '',
    standby: false, cordoned: false, hasService: false, autostops: false, wantsChecks: true, safeToDestroy: false, canary: false, checks: [{ name: 'redis', status: 'passing' }], ...change,
  };
}
