import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import { z } from 'zod';
import type { Guarded } from './evidence.ts';

const claims = z.object({
  type: z.string(),
  hostname: z.string(),
  auth_domain: z.string(),
  aud: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
  iat: z.number(),
});

type Claims = z.infer<typeof claims>;

export type Metadata = { readonly kind: 'match'; readonly audience: string } | { readonly kind: 'none'; readonly why: string };

// What Access has kept for longer says nothing about today; five minutes are what clocks differ by (both as cloudflared's proof is held, reference §4).
const OLDEST_S = 24 * 3600;
const AHEAD_S = 5 * 60;

/** What Access signed about this host: by the keys of the configured team, and about nothing else. @param now milliseconds since the epoch */
export async function readMetadata(token: string, jwks: unknown, wanted: Guarded, now: number): Promise<Metadata> {
  const signed = await signedClaims(token, jwks);
  if (typeof signed === 'string') return { kind: 'none', why: signed };
  const why = judgeClaims(signed, wanted, now / 1000);
  const [audience = ''] = signed.aud;
  return why === null ? { kind: 'match', audience } : { kind: 'none', why };
}

async function signedClaims(token: string, jwks: unknown): Promise<Claims | string> {
  try {
    const { payload } = await compactVerify(token, createLocalJWKSet(jwks as JSONWebKeySet), { algorithms: ['RS256'] });
    const parsed = claims.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    return parsed.success ? parsed.data : 'its claims are not those of Access';
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError || error instanceof TypeError) return `the keys of the team did not sign it (${error.message})`;
    throw error;
  }
}

function judgeClaims({ type, hostname, auth_domain: domain, aud, iat }: Claims, wanted: Guarded, now: number): string | null {
  const [audience = '', ...more] = aud;
  if (domain !== wanted.teamHost) return `it is of ${domain}, not of ${wanted.teamHost}`;
  if (type !== 'match') return `it says that no application matches ("${type}")`;
  if (hostname !== wanted.host) return `it is about ${hostname}`;
  if (audience === '' || more.length > 0) return 'it names no application, or several';
  if (wanted.audience !== null && audience !== wanted.audience) return `its application is ${audience}, and \`access.audience\` says ${wanted.audience}`;
  if (iat < now - OLDEST_S) return `it is from ${new Date(iat * 1000).toISOString()}, more than a day ago`;
  return iat > now + AHEAD_S ? `it is from ${new Date(iat * 1000).toISOString()}, which is still to come` : null;
}
