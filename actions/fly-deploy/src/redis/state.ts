import type { ActionContext } from '@vendure-deploy/shared/action';
import { type FlySecret, type Machine, ProviderError, stagedSecrets } from '@vendure-deploy/shared/providers/fly';
import { Secret } from '@vendure-deploy/shared/secrets';
import type { inputs as declared } from '../io.ts';
import { listMachines } from '../observe.ts';
import { flySaysNo } from '../refusals.ts';
import { compare, type Comparison, different, showsForm } from '../secrets/compare.ts';
import { noReleases, type Secrets, tell } from '../secrets/sync.ts';
import type { RedisApp } from './app.ts';

/** What Fly says of the Redis app, before the first write. */
export interface RedisSeen {
  readonly redis: RedisApp;
  readonly machines: readonly Machine[];
  readonly listed: readonly FlySecret[];
  readonly staged: readonly string[];
}

/** That, beside what the app is to accept. */
export interface RedisState extends RedisSeen {
  readonly secrets: Secrets;
}

/** @throws {UserError} when Fly does not say: without knowing what the Redis app accepts, no password of the shop's is changed */
export async function readRedis({ signal, log }: ActionContext<typeof declared>, redis: RedisApp): Promise<RedisSeen> {
  const { fly, app } = redis;
  const [seen, listed, releases] = await Promise.all([
    listMachines(fly, signal),
    fly.secrets().catch((error: unknown) => asProviderError(error)),
    fly.releases().catch((error: unknown) => noReleases(error, log)),
  ]);
  if (seen.fly !== null) throw flySaysNo(app, seen.fly, 'redis-fly-api-token');
  if (listed instanceof ProviderError) throw flySaysNo(app, listed, 'redis-fly-api-token');
  return { redis, machines: seen.machines, listed, staged: stagedSecrets(listed, seen.machines, releases) };
}

function asProviderError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  throw error;
}

/** @param shop its wanted set has the two values, and what Fly lists of it helps to understand the digests */
export function besideWanted(seen: RedisSeen, shop: Secrets, log: ActionContext<typeof declared>['log']): RedisState {
  const { names, app } = seen.redis;
  const { wanted } = shop;
  const values = { password: wanted.values.get(names.password) ?? NOTHING, previous: wanted.values.get(names.previous) ?? NOTHING };
  const isFormKnown = showsForm(wanted.values, [...shop.listed, ...seen.listed]);
  const { order, comparison } = compareRedis(names, values, seen, isFormKnown);
  const own = { values: order, versions: wanted.versions };
  log.info(`The Redis app ${app}:`);
  tell(comparison, own, log);
  return { ...seen, secrets: { wanted: own, listed: seen.listed, comparison } };
}

const NOTHING = new Secret('');

interface Names {
  readonly password: string;
  readonly previous: string;
}

/**
 * Both values are accepted, so which of the two names holds which makes no difference: after a change, the way back gives them the other way round, and the
 * Redis app is not restarted for it.
 */
export function compareRedis(names: Names, { password, previous }: { password: Secret; previous: Secret }, { listed, staged }: Pick<RedisSeen, 'listed' | 'staged'>, isFormKnown: boolean): { order: ReadonlyMap<string, Secret>; comparison: Comparison } {
  const found = ([first, second]: readonly [Secret, Secret]): { order: ReadonlyMap<string, Secret>; comparison: Comparison } => {
    const order = new Map([[names.password, first], [names.previous, second]]);
    return { order, comparison: compare(order, listed, staged, isFormKnown) };
  };
  const swapped = found([previous, password]);
  return different(swapped.comparison).length === 0 ? swapped : found([password, previous]);
}
