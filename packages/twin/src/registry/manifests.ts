import { z } from 'zod';
import { empty, json, refuse } from './answers.ts';
import { digestOf, parseDigest } from './digest.ts';
import type { Storage, StoredManifest } from './storage.ts';

/** 4 MiB: the size that the spec asks registries to take at least, and that real ones stop at. */
const MAX_BYTES = 4 * 1024 * 1024;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

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

export async function answerManifest(store: Storage, request: Request, repository: string, reference: string): Promise<Response> {
  if (parseDigest(reference) === null && !TAG.test(reference)) return refuse(reference.includes(':') ? 'DIGEST_INVALID' : 'TAG_INVALID', `invalid reference ${reference}`);
  switch (request.method) {
    case 'HEAD': case 'GET': return read(store, request, repository, reference);
    case 'PUT': return put(store, request, repository, reference);
    case 'DELETE': return remove(store, repository, reference);
    default: return refuse('UNSUPPORTED', `${request.method} is not supported for a manifest`);
  }
}

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

export async function answerReferrers(store: Storage, url: URL, repository: string, text: string): Promise<Response> {
  const digest = parseDigest(text);
  if (digest === null) return refuse('DIGEST_INVALID', `invalid digest ${text}`);
  const wanted = url.searchParams.get('artifactType');
  const manifests: Record<string, unknown>[] = [];
  for (const candidate of await store.manifest.digests(repository)) {
    const stored = await store.manifest.get(repository, candidate);
    const manifest = stored === null ? null : readManifest(stored.bytes);
    if (stored === null || manifest?.subject?.digest !== digest.text) continue;
    const artifactType = manifest.artifactType ?? manifest.config?.mediaType;
    if (wanted !== null && artifactType !== wanted) continue;
    manifests.push({
      mediaType: stored.mediaType, digest: stored.digest, size: stored.bytes.byteLength,
      ...(artifactType === undefined ? {} : { artifactType }), ...(manifest.annotations === undefined ? {} : { annotations: manifest.annotations }),
    });
  }
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  return json({ schemaVersion: 2, mediaType, manifests }, { headers: { 'content-type': mediaType, ...(wanted === null ? {} : { 'oci-filters-applied': 'artifactType' }) } });
}

export async function answerTags(store: Storage, url: URL, repository: string): Promise<Response> {
  if (!await store.hasRepository(repository)) return refuse('NAME_UNKNOWN', 'repository name not known to registry');
  const last = url.searchParams.get('last');
  const following = (await store.tag.list(repository)).filter((tag) => last === null || tag > last);
  const n = url.searchParams.get('n');
  const tags = n === null ? following : following.slice(0, Number(n));
  const more = tags.length > 0 && tags.length < following.length;
  return json({ name: repository, tags }, {
    headers: more ? { link: `</v2/${repository}/tags/list?n=${n ?? ''}&last=${encodeURIComponent(tags.at(-1) ?? '')}>; rel="next"` } : {},
  });
}

async function read(store: Storage, request: Request, repository: string, reference: string): Promise<Response> {
  const stored = await findManifest(store, repository, reference);
  if (stored === null) return refuse('MANIFEST_UNKNOWN', 'manifest unknown');
  return new Response(request.method === 'HEAD' ? null : Buffer.from(stored.bytes), {
    headers: { 'content-type': stored.mediaType, 'content-length': String(stored.bytes.byteLength), 'docker-content-digest': stored.digest },
  });
}

async function put(store: Storage, request: Request, repository: string, reference: string): Promise<Response> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > MAX_BYTES) return refuse('TOO_LARGE', `a manifest may have ${MAX_BYTES} bytes`);
  const manifest = readManifest(bytes);
  const mediaType = request.headers.get('content-type') ?? manifest?.mediaType;
  if (manifest === null || mediaType === undefined) return refuse('MANIFEST_INVALID', 'manifest invalid');
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType) return refuse('MANIFEST_INVALID', `content-type ${mediaType} is not the manifest's mediaType ${manifest.mediaType}`);
  const wanted = parseDigest(reference);
  const digest = digestOf(bytes, wanted?.algorithm);
  if (wanted !== null && wanted.text !== digest.text) return refuse('DIGEST_INVALID', 'provided digest did not match uploaded content');
  const missing = await missingPart(store, repository, manifest);
  if (missing !== null) return refuse('MANIFEST_BLOB_UNKNOWN', `${missing} is unknown to registry`);
  await store.manifest.put(repository, { digest: digest.text, mediaType, bytes });
  if (wanted === null) await store.tag.put(repository, reference, digest.text);
  return empty(201, {
    location: `/v2/${repository}/manifests/${digest.text}`, 'docker-content-digest': digest.text,
    ...(manifest.subject === undefined ? {} : { 'oci-subject': manifest.subject.digest }),
  });
}

/** What the manifest names but the repository does not hold: a tag must never lead to a hole. */
async function missingPart(store: Storage, repository: string, manifest: Manifest): Promise<string | null> {
  for (const { digest: text, mediaType = '' } of [...(manifest.config === undefined ? [] : [manifest.config]), ...(manifest.layers ?? [])]) {
    // Such layers come from elsewhere by their `urls`: a registry need not hold them.
    if (/nondistributable|foreign/.test(mediaType)) continue;
    const digest = parseDigest(text);
    if (digest === null || !await store.blob.has(repository, digest)) return text;
  }
  for (const { digest } of manifest.manifests ?? []) {
    if (await store.manifest.get(repository, digest) === null) return digest;
  }
  return null;
}

async function remove(store: Storage, repository: string, reference: string): Promise<Response> {
  const stored = await findManifest(store, repository, reference);
  if (stored === null) return refuse('MANIFEST_UNKNOWN', 'manifest unknown');
  if (parseDigest(reference) === null) {
    await store.tag.remove(repository, reference);
    return empty(202);
  }
  for (const tag of await store.tag.list(repository)) {
    if (await store.tag.get(repository, tag) === stored.digest) await store.tag.remove(repository, tag);
  }
  await store.manifest.remove(repository, stored.digest);
  return empty(202);
}
