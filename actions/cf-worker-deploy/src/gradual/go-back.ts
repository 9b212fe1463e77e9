import type { Log } from '@vendure-deploy/shared/action';
import { arrive, type Arrival } from './arrive.ts';
import { equal, isOurs, live, type Shift, shift, shown, type Split } from './traffic.ts';

export interface Return extends Omit<Shift, 'split'> {
  /** How the version of before is met by the public. */
  readonly proof: Arrival;
  readonly log: Log;
}

export type Returned =
  | { readonly kind: 'returned' }
  | { readonly kind: 'drifted'; readonly live: string }
  | { readonly kind: 'return-failed'; readonly why: string };

/** All traffic to one version, by its id, and the proof that it answers. There already: nothing is written. Never forced: what Cloudflare refuses is told. */
export async function goBack({ proof, log, ...way }: Return): Promise<Returned> {
  const split: Split = [{ id: proof.wanted.id, percentage: 100 }];
  const now = await live(way.cloudflare, way.worker);
  if (now.kind === 'read' && now.deployment !== null && equal(now.deployment.versions, split)) return prove();
  if (now.kind === 'read' && !isOurs(now.deployment, way.trail)) return { kind: 'drifted', live: shown(now.deployment?.versions ?? []) };
  const shifted = await shift({ ...way, split });
  if (shifted.kind === 'drifted') return { kind: 'drifted', live: shown(shifted.live?.versions ?? []) };
  if (shifted.kind === 'not-shifted') return { kind: 'return-failed', why: shifted.why };
  return prove();

  async function prove(): Promise<Returned> {
    const why = await log.group(`See that version ${proof.wanted.id} answers`, () => arrive(proof));
    return why === null ? { kind: 'returned' } : { kind: 'return-failed', why: why === 'cancelled' ? 'there was no time left to see which version answers' : why };
  }
}
