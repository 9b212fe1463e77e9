import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

export interface Digest {
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
  readonly text: string;
}

/** null for anything that is not a digest of an algorithm that the OCI image spec registers. */
export function parseDigest(text: string): Digest | null {
  const match = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.exec(text);
  if (match === null) return null;
  const [algorithm, hex] = text.split(':');
  return hex === undefined ? null : { algorithm: algorithm === 'sha512' ? 'sha512' : 'sha256', hex, text };
}

export function digestOf(bytes: Uint8Array, algorithm: Digest['algorithm'] = 'sha256'): Digest {
  return finish(createHash(algorithm).update(bytes), algorithm);
}

export async function digestOfFile(path: string, algorithm: Digest['algorithm']): Promise<Digest> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return finish(hash, algorithm);
}

function finish(hash: Hash, algorithm: Digest['algorithm']): Digest {
  const hex = hash.digest('hex');
  return { algorithm, hex, text: `${algorithm}:${hex}` };
}
