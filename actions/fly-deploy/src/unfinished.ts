import type { ActionContext } from '@vendure-deploy/shared/action';
import type { FlyClient, Machine } from '@vendure-deploy/shared/providers/fly';
import { isSettled } from './fleet.ts';
import type { inputs as declared } from './io.ts';

/**
 * flyctl refuses bluegreen while the app runs two images ("found multiple image versions"), as a bluegreen deploy leaves it that was killed half way: each
 * further deploy would fail until somebody removes Machines by hand.
 */
export type Unfinished =
  | { readonly kind: 'none' }
  /** One image serves whole; these are of another, and nobody needs them. */
  | { readonly kind: 'left'; readonly keep: string; readonly machines: readonly Machine[] }
  /** No image, or not just one, serves whole: which Machines are needed is not for us to guess. */
  | { readonly kind: 'unclear'; readonly images: readonly string[] };

/** Which Machines an unfinished bluegreen deploy left. What flyctl itself marked as safe to destroy goes first; else what serves whole stays, of two such images the older. */
export function unfinished(machines: readonly Machine[], groups: readonly string[]): Unfinished {
  const sets = byImage(machines);
  if (sets.length < 2) return { kind: 'none' };
  const unmarked = byImage(machines.filter(({ safeToDestroy }) => !safeToDestroy));
  const candidates = unmarked.length === 1 ? unmarked : sets;
  const whole = candidates.filter((set) => isWhole(set, candidates, groups)).toSorted((a, b) => releaseOf(a) - releaseOf(b));
  const [keep] = whole;
  if (keep === undefined) return { kind: 'unclear', images: sets.map(({ image }) => image) };
  return { kind: 'left', keep: keep.image, machines: machines.filter((machine) => machine.image !== keep.image) };
}

/** The Machines that a deploy is to keep up: what is going to be removed is not missed afterwards. */
export function withoutUnfinished(machines: readonly Machine[], groups: readonly string[]): readonly Machine[] {
  const found = unfinished(machines, groups);
  return found.kind === 'left' ? machines.filter(({ image }) => image === found.keep) : machines;
}

interface ImageSet {
  readonly image: string;
  readonly machines: readonly Machine[];
}

function byImage(machines: readonly Machine[]): ImageSet[] {
  return [...new Set(machines.map(({ image }) => image))].map((image) => ({ image, machines: machines.filter((machine) => machine.image === image) }));
}

/** Every group is there, healthy and in rotation, with as many Machines as any other image has of it. */
function isWhole({ machines }: ImageSet, sets: readonly ImageSet[], groups: readonly string[]): boolean {
  const atWork = (set: ImageSet, group: string): number => set.machines.filter((machine) => machine.group === group && !machine.cordoned && isSettled(machine)).length;
  return groups.every((group) => atWork({ image: '', machines }, group) >= Math.max(1, ...sets.map((set) => atWork(set, group))));
}

function releaseOf({ machines }: ImageSet): number {
  return Math.min(...machines.map(({ releaseVersion }) => Number(releaseVersion) || 0));
}

interface Clearing {
  readonly context: ActionContext<typeof declared>;
  readonly fly: FlyClient;
  readonly groups: readonly string[];
  /** As they were read last. */
  readonly machines: readonly Machine[];
}

/** Removes what an unfinished bluegreen deploy left, and reads back that it is gone. Nothing is removed where one image does not serve whole. */
export async function clearUnfinished({ context, fly, groups, machines }: Clearing): Promise<void> {
  const { log, inputs, clock, signal } = context;
  const found = unfinished(machines, groups);
  if (found.kind === 'none') return;
  if (found.kind === 'unclear') {
    log.warning(`fly-deploy: the Machines run ${found.images.length} images (${found.images.join(', ')}), and no one of them serves whole: flyctl will refuse bluegreen. Deploy once with \`strategy: rolling\`, which brings every Machine to one image.`);
    return;
  }
  for (const { id, group, image } of found.machines) {
    log.warning(`fly-deploy: Machine ${id} [${group}] runs ${image}, left by a deploy that did not end; ${found.keep} serves whole. It is removed, since flyctl refuses bluegreen while two images run.`);
    await fly.destroy(id).catch((error: unknown) => log.warning(`fly-deploy: Machine ${id} was not removed: ${error instanceof Error ? error.message : String(error)}.`));
  }
  const deadline = clock.now() + inputs['settle-seconds'] * 1000;
  const removed = new Set(found.machines.map(({ id }) => id));
  while ((await fly.machines()).some(({ id }) => removed.has(id)) && clock.now() < deadline) await clock.sleep(inputs['read-interval-seconds'] * 1000, signal);
}
