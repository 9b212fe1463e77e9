import { notAccepted } from './accept.ts';
import { empty, refuse, warningOf } from './answers.ts';
import { digestOf, parseDigest } from './digest.ts';
import { findManifest, isElsewhere, type Manifest, readManifest } from './manifest.ts';
import type { Storage, StoredManifest } from './storage.ts';

/** 4 MiB: the size that the spec asks registries to take at least, and that real ones stop at. */
const MAX_BYTES = 4 * 1024 * 1024;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/u;

export async function answerManifest(store: Storage, request: Request, repository: string, reference: string): Promise<Response> {
  if (parseDigest(reference) === null && !TAG.test(reference)) return refuse(reference.includes(':') ? 'DIGEST_INVALID' : 'TAG_INVALID', `invalid reference ${reference}`);
  switch (request.method) {
    case 'HEAD': case 'GET': return read(store, request, repository, reference);
    case 'PUT': return put(store, request, repository, reference);
    case 'DELETE': return remove(store, repository, reference);
    default: return refuse('UNSUPPORTED', `${request.method} is not supported for a manifest`);
  }
}

async function read(store: Storage, request: Request, repository: string, reference: string): Promise<Response> {
  const stored = await findManifest(store, repository, reference);
  if (stored === null) return refuse('MANIFEST_UNKNOWN', 'manifest unknown');
  const refused = notAccepted(request, stored.mediaType);
  if (refused !== null) return refuse('MANIFEST_UNKNOWN', refused);
  return new Response(request.method === 'HEAD' ? null : Buffer.from(stored.bytes), {
    headers: { 'content-type': stored.mediaType, 'content-length': String(stored.bytes.byteLength), 'docker-content-digest': stored.digest },
  });
}

async function put(store: Storage, request: Request, repository: string, reference: string): Promise<Response> {
  const bytes = await readUpTo(MAX_BYTES, request);
  if (bytes === null) return refuse('TOO_LARGE', `a manifest may have ${MAX_BYTES} bytes`);
  const stored = accepted(request, bytes, reference);
  if (stored instanceof Response) return stored;
  const missing = await missingPart(store, repository, stored.manifest);
  if (missing !== null) return refuse('MANIFEST_BLOB_UNKNOWN', `${missing} is unknown to registry`);
  await store.manifest.put(repository, stored);
  if (parseDigest(reference) === null) await store.tag.put(repository, reference, stored.digest);
  const { subject } = stored.manifest;
  const warnings = await warningsOf(store, repository, stored.manifest);
  return empty(201, {
    location: `/v2/${repository}/manifests/${stored.digest}`, 'docker-content-digest': stored.digest,
    ...(subject === undefined ? {} : { 'oci-subject': subject.digest }),
    ...(warnings.length === 0 ? {} : { warning: warningOf(warnings) }),
  });
}

/** null when there is more. */
async function readUpTo(limit: number, request: Request): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** The manifest as it may be kept; else the answer that says why not. */
function accepted(request: Request, bytes: Uint8Array, reference: string): (StoredManifest & { readonly manifest: Manifest }) | Response {
  const manifest = readManifest(bytes);
  const mediaType = request.headers.get('content-type') ?? manifest?.mediaType;
  if (manifest === null || mediaType === undefined) return refuse('MANIFEST_INVALID', 'manifest invalid');
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType) return refuse('MANIFEST_INVALID', `content-type ${mediaType} is not the manifest's mediaType ${manifest.mediaType}`);
  const wanted = parseDigest(reference);
  const digest = digestOf(bytes, wanted?.algorithm).text;
  if (wanted !== null && wanted.text !== digest) return refuse('DIGEST_INVALID', 'provided digest did not match uploaded content');
  return { digest, mediaType, bytes, manifest };
}

/** What the manifest names but the repository does not hold: a tag must never lead to a hole. */
async function missingPart(store: Storage, repository: string, manifest: Manifest): Promise<string | null> {
  for (const part of [...(manifest.config === undefined ? [] : [manifest.config]), ...(manifest.layers ?? [])]) {
    const digest = parseDigest(part.digest);
    if (!isElsewhere(part) && (digest === null || !await store.blob.has(repository, digest))) return part.digest;
  }
  for (const { digest } of manifest.manifests ?? []) {
    if (await store.manifest.get(repository, digest) === null) return digest;
  }
  return null;
}

/** What is taken, and may still not be what somebody wanted. */
async function warningsOf(store: Storage, repository: string, { layers = [], subject }: Manifest): Promise<string[]> {
  const elsewhere = layers.filter(isElsewhere).map(({ digest }) => `layer ${digest} is not kept here: it is only to be had from its urls`);
  const unknown = subject === undefined || await store.manifest.get(repository, subject.digest) !== null ? [] : [`subject ${subject.digest} is unknown to registry`];
  return [...elsewhere, ...unknown];
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
