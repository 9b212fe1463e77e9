import { z } from 'zod';
import type { Secret } from '../../secrets/index.ts';

const text = z.union([z.string(), z.array(z.string()).transform((all) => all.join(', '))]).catch('?');
const claims = z.object({ sub: text, aud: text, job_workflow_ref: text });

export type Claims = z.infer<typeof claims>;

/** What a token says of its job; '?' for what it does not. Nothing is verified here: that is for whoever is shown the token. */
export function claimsOf(token: Secret): Claims {
  return claims.parse(payloadOf(token.reveal()));
}

function payloadOf(jwt: string): unknown {
  try {
    const said: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof said === 'object' && said !== null ? said : {};
  } catch {
    return {};
  }
}
