import { randomUUID } from 'node:crypto';
import type { ActionContext } from '@vendure-deploy/shared/action';
import type { Guarded } from '../access/evidence.ts';
import type { Proof } from '../access/judge.ts';
import { proveAccess } from '../access/prove.ts';
import type { Inputs } from '../io.ts';
import type { Target } from '../target.ts';
import type { Openable } from './judge.ts';
import type { Session } from './session.ts';
import type { Lane, ServiceToken } from './settings.ts';

/** A lane that may be opened, with all that its steps need. */
export interface Opening extends Openable {
  readonly target: Target;
  readonly lane: Lane;
  readonly guarded: Guarded;
  readonly service: ServiceToken;
  readonly session: Session;
  readonly context: ActionContext<Inputs>;
}

export function prove({ guarded, session: { cloudflare }, context: { http, clock, signal, log } }: Opening, title: string): Promise<Proof> {
  return log.group(title, async () => {
    const proof = await proveAccess(guarded, { http, cloudflare: cloudflare.lane, signal, clock, nonce: randomUUID() });
    log.info(proof.kind === 'unproven' ? `Not proven: ${proof.why}.` : `Proven on ${guarded.paths.length} paths, by application ${proof.audience}; ${proof.controlPlane ? 'the account says so, too' : 'the token may not read the Access applications, so signature and edge alone say it'}.`);
    return proof;
  });
}

export function unprovenAccess({ lane }: Opening, why: string): string {
  return `that Cloudflare Access stands before ${lane.host} is not proven: ${why}`;
}
