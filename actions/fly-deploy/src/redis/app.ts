import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import type { RedisConfig, VendureSurface } from '@vendure-deploy/shared/config';
import { flyClient, type FlyClient, type Machine } from '@vendure-deploy/shared/providers/fly';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { inputs as declared } from '../io.ts';

/** The Redis app as the configuration and the inputs name it. */
export interface RedisApp {
  readonly app: string;
  /** A path of the workspace. */
  readonly flyConfig: string;
  readonly names: Pick<RedisConfig, 'password' | 'previous'>;
  readonly token: Secret;
  readonly fly: FlyClient;
}

/** Its Machines, for what is done with every app before the first write. */
export function fleetOf({ app, fly }: RedisApp, machines: readonly Machine[]): { readonly app: string; readonly fly: FlyClient; readonly input: 'redis-fly-api-token'; readonly whose: string; readonly machines: readonly Machine[] } {
  return { app, fly, input: 'redis-fly-api-token', whose: `the Machines of the Redis app ${app}`, machines };
}

/** @returns null: the configuration has none, or it is not to be looked at, which is said. @throws {UserError} without its token; nobody was asked anything yet */
export function openRedis({ inputs, log, http, signal, whereLooked }: ActionContext<typeof declared>, { redis }: VendureSurface): RedisApp | null {
  const token = inputs['redis-fly-api-token'];
  if (redis === undefined) {
    if (!token.isEmpty) log.warning('The input `redis-fly-api-token` is not used: the configuration names no `redis`.');
    return null;
  }
  const { app, 'fly-config': flyConfig, password, previous } = redis;
  const skipped = inputs['skip-redis-sync'] ? 'skip-redis-sync' : inputs['skip-secrets-sync'] ? 'skip-secrets-sync' : null;
  if (skipped !== null) {
    const ships = skipped === 'skip-redis-sync' ? ` A ${password} that has changed ships to the shop all the same, whether the Redis app accepts it or not.` : '';
    log.warning(`${skipped} is set: whether the Redis app ${app} accepts the wanted ${password} was not looked at.${ships}`);
    return null;
  }
  if (token.isEmpty) throw new UserError(`fly-deploy: the configuration names the Redis app "${app}", and ${whereLooked('redis-fly-api-token')}. Create one:  flyctl tokens create deploy --app ${app} --expiry 720h . Or set \`skip-redis-sync\` to leave the Redis app as it is.`);
  return { app, flyConfig, names: { password, previous }, token, fly: flyClient({ http, token, app, signal }) };
}
