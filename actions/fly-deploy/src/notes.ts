import type { InputValues, Note } from '@vendure-deploy/shared/action';
import type { VendureSurface } from '@vendure-deploy/shared/config';
import type { inputs as declared } from './io.ts';
import type { Transience } from './transience.ts';

type Switches = Pick<InputValues<typeof declared>, 'skip-secrets-sync' | 'skip-redis-sync' | 'skip-machine-settle' | 'skip-drift-audit' | 'skip-backup'>;

/** What switches leave out that this surface has, by when it would have been done: a run that ends before names nothing of later. */
export interface LeftOut {
  readonly whileReading: readonly Note[];
  readonly beforeAnyWrite: readonly Note[];
  /** Only where the shop itself is deployed. */
  readonly beforeTheShop: readonly Note[];
}

export function leftOut(inputs: Switches, { secrets, redis, commands }: Pick<VendureSurface, 'secrets' | 'redis' | 'commands'>): LeftOut {
  const redisBy = inputs['skip-redis-sync'] ? 'skip-redis-sync' : inputs['skip-secrets-sync'] ? 'skip-secrets-sync' : null;
  return {
    whileReading: [
      ...(inputs['skip-secrets-sync'] && secrets !== undefined ? [skipped('The secrets at Fly were not compared with the wanted ones', 'skip-secrets-sync')] : []),
      ...(redisBy !== null && redis !== undefined ? [skipped(`The passwords of the Redis app ${redis.app} were not looked at`, redisBy)] : []),
    ],
    beforeAnyWrite: inputs['skip-machine-settle'] ? [skipped('Nobody waited for the Machines to settle', 'skip-machine-settle')] : [],
    beforeTheShop: [
      ...(inputs['skip-drift-audit'] && commands?.['drift-audit'] !== undefined ? [skipped('The drift audit was not run', 'skip-drift-audit')] : []),
      ...(inputs['skip-backup'] && commands?.backup !== undefined ? [skipped('No backup was taken', 'skip-backup')] : []),
    ],
  };
}

/** A second run of flyctl that came to what the first did not. @param again why there was one */
export function healed(app: string, again: Transience | null): Note[] {
  return again === null ? [] : [{ kind: 'healed', what: `${app}: flyctl failed because ${WHY[again]}; the Machines settled, and a second run of it succeeded.` }];
}

const WHY: Record<Transience, string> = {
  'concurrent-update': 'something else was changing a Machine',
  'lease-held': 'somebody held the lease of a Machine',
  'fly-unwell': 'Fly refused or lost a call',
};

function skipped(what: string, input: string): Note {
  return { kind: 'skipped', what: `${what}: ${input} is set.` };
}
