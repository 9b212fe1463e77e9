import { z } from 'zod';
import { parseDigest } from './digest.ts';
import type { Storage, StoredManifest } from './storage.ts';

const descriptor = z.looseObject({ mediaType: z.string().optional(), digest: z.string(), size: z.number() });
const manifestShape = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
  manifests: z.array(descriptor).optional(),
  subject: descriptor.optional(),
});
export type Manifest = z.infer<typeof manifestShape>;
export type Descriptor = z.infer<typeof descriptor>;

export async function findManifest(store: Storage, repository: string, reference: string): Promise<StoredManifest | null> {
  const digest = parseDigest(reference)?.text ?? await store.tag.get(repository, reference);
  return digest === null ? null : store.manifest.get(repository, digest);
}

export function readManifest(bytes: Uint8Array): Manifest | null {
  try {
    const parsed = manifestShape.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Such a layer comes from elsewhere by its `urls`: a registry need not hold it. */
export function isElsewhere({ mediaType = '' }: Descriptor): boolean {
  return /nondistributable|foreign/u.test(mediaType);
}
