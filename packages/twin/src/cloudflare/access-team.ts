import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Account } from './account.ts';

/** The Zero Trust organisation of the account: its host, and the key with which Access signs. */
export interface Team {
  readonly host: string;
  claims(host: string): boolean;
  /** The login page of any visitor, and the certificates by which anybody proves what Access has signed. */
  fetch(request: Request): Response;
  /** A JWT (RS256) of these claims. */
  sign(claims: Readonly<Record<string, unknown>>): string;
}

const TEAMS = '.cloudflareaccess.com';
// Cloudflare's is a digest of the certificate; only equality counts.
const KEY_ID = 'a1c7e9d2b4f60817a1c7e9d2b4f60817a1c7e9d2b4f60817a1c7e9d2b4f60817';

export function createTeam(account: Account): Team {
  const host = `${account.state.access.team}${TEAMS}`;
  let key: KeyObject | null = null;
  // A pair takes 0.1 s and more, and most worlds need none. Kept with the world: what was signed before stays valid.
  const privateKey = (): KeyObject => (key ??= account.state.access.key === null ? newKey(account) : createPrivateKey(account.state.access.key));
  return {
    host,
    claims: (given) => given.endsWith(TEAMS),
    fetch(request) {
      const url = new URL(request.url);
      if (url.hostname !== host) return new Response('Unable to find your Access organization.\n', { status: 404 });
      if (url.pathname === '/cdn-cgi/access/certs') return Response.json({ keys: [{ kid: KEY_ID, alg: 'RS256', use: 'sig', ...createPublicKey(privateKey()).export({ format: 'jwk' }) }] });
      return new Response(`<h1>${account.state.access.team}: sign in</h1>\n`, { headers: { 'content-type': 'text/html' } });
    },
    sign(claims) {
      const signed = [{ alg: 'RS256', typ: 'JWT', kid: KEY_ID }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey()).toString('base64url')}`;
    },
  };
}

function newKey(account: Account): KeyObject {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  account.state.access.key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  account.save();
  return privateKey;
}
