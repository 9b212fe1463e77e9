import type { Machine } from '@vendure-deploy/shared/providers/fly';
import { countByGroup, isSettled, newestRelease } from '../fleet.ts';
import type { Plan } from '../plan.ts';
import { proves } from '../secrets/digest-forms.ts';
import { isShipment, type Secrets } from '../secrets/sync.ts';
import type { RedisApp } from './app.ts';
import type { RedisState } from './state.ts';

/** A deploy of what the Redis app runs already, so that its Machines get the passwords. */
export interface RedisDeploy extends Pick<Plan, 'image' | 'tag' | 'digest' | 'groups' | 'fleet'> {
  /** The newest release of before: only a Machine of a newer one has the passwords. */
  readonly afterRelease: number;
  readonly inUse: Exclude<InUse, 'foreign'>;
}

/** The password that the shop's Machines have now: one that the Redis app will accept, none of this name, not to be told, or one that it will refuse. */
export type InUse = 'accepted' | 'none' | 'unknown' | 'foreign';

export type RedisPlan =
  | { readonly kind: 'nothing' }
  /** It was brought to the password by an earlier run, which may have left it ill: the shop gets the password only once it is well. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'deploy'; readonly deploy: RedisDeploy }
  /** Nothing is written at all, and this is why. */
  | { readonly kind: 'refuse'; readonly why: string };

/** Pure: what is to be done at the Redis app before the shop is touched. */
export function planRedis({ app, names }: Pick<RedisApp, 'app' | 'names'>, state: Pick<RedisState, 'machines' | 'secrets'>, shop: Secrets): RedisPlan {
  if (!isShipment(state.secrets)) return shipsPassword(names.password, shop) ? { kind: 'wait' } : { kind: 'nothing' };
  const why = refusal(app, state.machines);
  if (why !== null) return { kind: 'refuse', why };
  const used = inUse(names, shop);
  if (used === 'foreign') return { kind: 'refuse', why: `the shop's Machines use a ${names.password} that is neither the wanted one nor ${names.previous}: the Redis app "${app}" would refuse them as soon as it is changed. Give the value that they use now as ${names.previous}, then run this again.` };
  const [first] = state.machines;
  const { image = '', tag = '', digest = '' } = first ?? {};
  const fleet = countByGroup(state.machines);
  // A tag may be moved; what runs is the digest.
  const pinned = image.includes('@') || digest === '' ? image : `${image}@${digest}`;
  return { kind: 'deploy', deploy: { image: pinned, tag, digest, groups: Object.keys(fleet), fleet, afterRelease: newestRelease(state.machines), inUse: used } };
}

function shipsPassword(password: string, { comparison: { changed, absent, staged } }: Secrets): boolean {
  return [...changed, ...absent, ...staged].includes(password);
}

/** Which image its Machines run, and that a deploy will start all of them, has to be plain. */
function refusal(app: string, machines: readonly Machine[]): string | null {
  const images = [...new Set(machines.map(({ image, digest }) => digest || image))];
  if (machines.length === 0) return `the Redis app "${app}" has no Machine whose image could be deployed again. Deploy it once by hand, then run this again.`;
  if (images.length > 1) return `the Machines of the Redis app "${app}" run ${images.length} images (${images.join(', ')}), so that there is no one image to deploy again. Deploy one of them by hand, then run this again.`;
  if (images[0] === '') return `Fly does not say which image the Machines of the Redis app "${app}" run. Look:  flyctl machine list --app ${app}`;
  const stopped = machines.filter((machine) => STOPPED.has(machine.state) && !isSettled(machine));
  if (stopped.length === 0) return null;
  return `${stopped.map(({ id, group, state }) => `Machine ${id} [${group}] is ${state}`).join(', ')} in the Redis app "${app}", and a deploy would leave it so. Start it:  flyctl machine start ${stopped.map(({ id }) => id).join(' ')} --app ${app} , or destroy it; then run this again.`;
}

// In these flyctl gives a Machine its new configuration and does not start it.
const STOPPED = new Set(['stopped', 'suspended', 'failed']);

/** The shop's Machines go on with the password that they have until they are replaced: the Redis app has to accept it all the while. */
function inUse({ password, previous }: RedisApp['names'], { wanted, listed, comparison }: Secrets): InUse {
  const used = listed.find(({ name }) => name === password)?.digest;
  if (used === undefined) return 'none';
  // One that is staged is not the one in use.
  if (comparison.staged.includes(password)) return 'unknown';
  const accepted = [password, previous].flatMap((name) => wanted.values.get(name) ?? []);
  if (accepted.some((value) => proves(used, value))) return 'accepted';
  return comparison.scheme === 'known' ? 'foreign' : 'unknown';
}
