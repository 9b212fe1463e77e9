import type { Clock } from '@vendure-deploy/shared/action';
import { type CloudflareClient, type Deployment, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import type { Said } from '../wrangler/call.ts';

/** One or two versions, whose percentages are 100 together. */
export type Split = readonly { readonly id: string; readonly percentage: number }[];

/** What is ours of the live deployments: the last one that was read back, and what was asked for and not seen, which may still arrive. */
export interface Trail {
  readonly deploymentId: string;
  readonly pending: readonly Split[];
}

export type Shifted =
  | { readonly kind: 'as-asked'; readonly trail: Trail }
  | { readonly kind: 'not-shifted'; readonly why: string }
  /** Somebody else's deployment is live. */
  | { readonly kind: 'drifted'; readonly live: Deployment | null };

export interface Shift {
  readonly cloudflare: Pick<CloudflareClient, 'liveDeployment'>;
  readonly worker: string;
  readonly trail: Trail;
  readonly split: Split;
  /** wrangler's `versions deploy` of that split; what it says is no proof. */
  readonly write: () => Promise<Said>;
  /** Called right before the write. */
  readonly keep: (trail: Trail) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly intervalMs: number;
}

// As often as the gate of a deploy wants to see what was before.
const LOOKS = 3;
// wrangler tries none of its calls around a deployment again; what was not written can be written once more.
const ATTEMPTS = 2;
/** Secrets changed since that version: Cloudflare will say so again. */
const FINAL = /\b10220\b/u;

/** Guards against drift, writes, and reads back that what is live is what was asked for. There is no compare-and-swap at Cloudflare: the guard is as near as one comes. */
export async function shift(way: Shift): Promise<Shifted> {
  for (let attempt = 1; ; attempt += 1) {
    const tried = await once(way);
    if (tried.kind !== 'not-shifted' || attempt === ATTEMPTS || way.signal.aborted || FINAL.test(tried.why)) return tried;
  }
}

async function once({ cloudflare, worker, trail, split, write, keep, clock, signal, intervalMs }: Shift): Promise<Shifted> {
  const before = await live(cloudflare, worker);
  if (before.kind === 'unreadable') return { kind: 'not-shifted', why: before.why };
  const mine = { ...trail, pending: [...trail.pending, split] };
  if (!isOurs(before.deployment, trail) && !isOurs(before.deployment, mine)) return { kind: 'drifted', live: before.deployment };
  if (signal.aborted) return { kind: 'not-shifted', why: 'cancelled' };
  keep(mine);
  const said = await write().catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  let last: Live = before;
  for (let look = 1; look <= LOOKS && !signal.aborted; look += 1) {
    last = await live(cloudflare, worker);
    if (last.kind === 'read' && last.deployment !== null && equal(last.deployment.versions, split)) {
      const reached = { deploymentId: last.deployment.id, pending: trail.pending };
      keep(reached);
      return { kind: 'as-asked', trail: reached };
    }
    if (look < LOOKS) await clock.sleep(intervalMs, signal).catch(() => undefined);
  }
  if (said === null || signal.aborted) return { kind: 'not-shifted', why: 'cancelled' };
  if (last.kind === 'unreadable') return { kind: 'not-shifted', why: last.why };
  return isOurs(last.deployment, trail) ? { kind: 'not-shifted', why: howItFailed(said) } : { kind: 'drifted', live: last.deployment };
}

function howItFailed({ exitCode, timedOut, firstError }: Said): string {
  if (timedOut) return 'wrangler did not end in time';
  if (exitCode === 0) return 'wrangler said that it shifted traffic, but what is live is as before';
  return `wrangler could not shift traffic${firstError === '' ? '' : ` (${firstError})`}`;
}

export type Live = { readonly kind: 'read'; readonly deployment: Deployment | null } | { readonly kind: 'unreadable'; readonly why: string };

export async function live(cloudflare: Pick<CloudflareClient, 'liveDeployment'>, worker: string): Promise<Live> {
  try {
    return { kind: 'read', deployment: await cloudflare.liveDeployment(worker) };
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'unreadable', why: error.message };
    throw error;
  }
}

/** By its id, or, when the answer to our write was lost, by being what we asked for. */
export function isOurs(deployment: Deployment | null, { deploymentId, pending }: Trail): boolean {
  return deployment !== null && (deployment.id === deploymentId || pending.some((split) => equal(deployment.versions, split)));
}

export function equal(left: Split, right: Split): boolean {
  const percentages = new Map(right.map(({ id, percentage }) => [id, percentage]));
  return left.length === right.length && left.every(({ id, percentage }) => percentages.get(id) === percentage);
}

export function shown(split: Split): string {
  return split.map(({ id, percentage }) => `${id} at ${percentage} %`).join(' and ');
}
