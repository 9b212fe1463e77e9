import { z } from 'zod';
import type { Secret } from '../../secrets/index.ts';

/** The type of the caveat `ValidityWindow`, [not before, not after] in seconds. @see https://github.com/superfly/macaroon — caveat.go, caveats.go */
const VALIDITY_WINDOW = 4;

/** [nonce, location, caveats, tail]; the caveats are types and bodies in turns. */
const macaroon = z.tuple([z.unknown(), z.unknown(), z.array(z.unknown())], z.unknown());
const window = z.tuple([z.number(), z.number()], z.unknown());

/**
 * When Fly's token ends by what it says itself: its macaroons are read here, and nobody is asked. One that Fly has revoked says the same as before.
 * @returns milliseconds since 1970, of whichever macaroon of the list ends first; null: the token tells none (an old token, or one without an end)
 */
export async function flyTokenExpiry(token: Secret): Promise<number | null> {
  const parts = token.reveal().trim().replace(/^(?:FlyV1|Bearer) +/u, '').split(',').filter((part) => part.startsWith('fm2_'));
  if (parts.length === 0) return null;
  const { decode } = await import('@msgpack/msgpack');
  const ends = parts.flatMap((part) => endsOf(() => decode(Buffer.from(part.slice('fm2_'.length), 'base64'))));
  return ends.length === 0 ? null : Math.min(...ends) * 1000;
}

function endsOf(read: () => unknown): number[] {
  const parsed = macaroon.safeParse(orNull(read));
  if (!parsed.success) return [];
  const caveats = parsed.data[2];
  return caveats.flatMap((type, index) => {
    const body = index % 2 === 0 && type === VALIDITY_WINDOW ? window.safeParse(caveats[index + 1]) : null;
    return body?.success === true ? [body.data[1]] : [];
  });
}

function orNull(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}
