import { json, refuse } from './answers.ts';
import { parseDigest } from './digest.ts';
import { readManifest } from './manifest.ts';
import type { Storage } from './storage.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** `GET referrers/<digest>`: an index of what names that manifest as its subject, whether or not it is there itself. */
export async function answerReferrers(store: Storage, request: Request, url: URL, { repository, digest: text }: { repository: string; digest: string }): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse('UNSUPPORTED', `${request.method} is not supported for referrers`);
  const digest = parseDigest(text);
  if (digest === null) return refuse('DIGEST_INVALID', `invalid digest ${text}`);
  const wanted = url.searchParams.get('artifactType');
  const all = await referrersOf(store, repository, digest.text);
  const manifests = all.filter(({ artifactType }) => wanted === null || artifactType === wanted);
  return json({ schemaVersion: 2, mediaType: INDEX, manifests }, { headers: { 'content-type': INDEX, ...(wanted === null ? {} : { 'oci-filters-applied': 'artifactType' }) } });
}

interface Referrer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

async function referrersOf(store: Storage, repository: string, subject: string): Promise<Referrer[]> {
  const found: Referrer[] = [];
  for (const candidate of await store.manifest.digests(repository)) {
    const stored = await store.manifest.get(repository, candidate);
    const manifest = stored === null ? null : readManifest(stored.bytes);
    if (stored === null || manifest?.subject?.digest !== subject) continue;
    const artifactType = manifest.artifactType ?? manifest.config?.mediaType;
    found.push({
      mediaType: stored.mediaType, digest: stored.digest, size: stored.bytes.byteLength,
      ...(artifactType === undefined ? {} : { artifactType }), ...(manifest.annotations === undefined ? {} : { annotations: manifest.annotations }),
    });
  }
  return found;
}
