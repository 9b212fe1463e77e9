import { createHash, type Hash } from 'node:crypto';

/** `sha256:<64 hex>` or `sha512:<128 hex>`: the algorithms that the OCI image spec registers. */
export const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** The digest of the same algorithm as `like`. */
export function digestOf(bytes: Uint8Array, like = 'sha256:'): string {
  return digestText(hashLike(like).update(bytes), like);
}

export function hashLike(digest: string): Hash {
  return createHash(algorithmOf(digest));
}

export function digestText(hash: Hash, like: string): string {
  return `${algorithmOf(like)}:${hash.digest('hex')}`;
}

function algorithmOf(digest: string): 'sha256' | 'sha512' {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}
