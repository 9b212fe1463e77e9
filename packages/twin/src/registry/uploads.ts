import { createHash } from 'node:crypto';
import { empty, refuse } from './answers.ts';
import { type Digest, parseDigest } from './digest.ts';
import type { Storage } from './storage.ts';

/** The uploads of one repository. */
export interface Uploads {
  readonly store: Storage;
  readonly repository: string;
  /** Locations carry a query that has to come back, as `_state` of docker-registry. */
  readonly withState: boolean;
  /** Whether the client may read another repository: a mount that names none takes the blob from any of those. */
  readonly mayRead: (repository: string) => boolean;
}

/** `POST blobs/uploads/`: a mount, a whole blob in one request, or a session to be continued. */
export async function startUpload(uploads: Uploads, request: Request, url: URL): Promise<Response> {
  if (request.method !== 'POST') return refuse('UNSUPPORTED', `${request.method} is not supported here`);
  const { store, repository } = uploads;
  const mount = parseDigest(url.searchParams.get('mount') ?? '');
  if (mount !== null && await isElsewhere(uploads, mount, url.searchParams.get('from'))) {
    await store.blob.link(repository, mount);
    return created(repository, mount);
  }
  const session = await store.upload.start(repository);
  if (url.searchParams.has('digest')) return finish(uploads, request, url, session);
  return progress(uploads, 202, session);
}

async function isElsewhere({ store, mayRead }: Uploads, digest: Digest, from: string | null): Promise<boolean> {
  if (from !== null) return store.blob.has(from, digest);
  for (const repository of await store.repositories()) {
    if (mayRead(repository) && await store.blob.has(repository, digest)) return true;
  }
  return false;
}

export async function answerUpload(uploads: Uploads, request: Request, url: URL, session: string): Promise<Response> {
  const { store, repository } = uploads;
  if (await store.upload.size(repository, session) === null) return refuse('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  if (uploads.withState && url.searchParams.get('_state') !== stateOf(repository, session)) return refuse('BLOB_UPLOAD_INVALID', 'blob upload invalid: the location has lost its _state');
  switch (request.method) {
    case 'GET': return progress(uploads, 204, session);
    case 'PATCH': return await append(uploads, request, session) ?? progress(uploads, 202, session);
    case 'PUT': return finish(uploads, request, url, session);
    case 'DELETE':
      await store.upload.cancel(repository, session);
      return empty(204);
    default: return refuse('UNSUPPORTED', `${request.method} is not supported for an upload`);
  }
}

/** null when the bytes were taken. A chunk must begin where the last one ended; what arrived of one that broke off stays, and `Range` says how much. */
async function append(uploads: Uploads, request: Request, session: string): Promise<Response | null> {
  const { store, repository } = uploads;
  const size = await store.upload.size(repository, session) ?? 0;
  const header = request.headers.get('content-range');
  if (header !== null) {
    const range = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/.*)?$/u.exec(header);
    const [from, to] = [Number(range?.[1]), Number(range?.[2])];
    const length = request.headers.get('content-length');
    if (range === null || from !== size || to < from || (length !== null && Number(length) !== to - from + 1)) {
      return refuse('RANGE_INVALID', `the next chunk must begin at ${size}`, await place(uploads, session));
    }
  }
  if (request.body !== null) await store.upload.append(repository, session, request.body);
  return null;
}

async function finish(uploads: Uploads, request: Request, url: URL, session: string): Promise<Response> {
  const { store, repository } = uploads;
  const digest = parseDigest(url.searchParams.get('digest') ?? '');
  if (digest === null) return refuse('DIGEST_INVALID', 'the query must name a valid digest');
  // As in docker-registry 2.8.2 (measured), a session does not outlive the PUT that broke off.
  const refusal = await append(uploads, request, session).catch(async (error: unknown) => {
    await store.upload.cancel(repository, session);
    throw error;
  });
  if (refusal !== null) return refusal;
  return await store.upload.finish(repository, session, digest)
    ? created(repository, digest)
    : refuse('DIGEST_INVALID', 'provided digest did not match uploaded content');
}

async function progress(uploads: Uploads, status: 202 | 204, session: string): Promise<Response> {
  return empty(status, await place(uploads, session));
}

async function place({ store, repository, withState }: Uploads, session: string): Promise<Record<string, string>> {
  const size = await store.upload.size(repository, session) ?? 0;
  const location = `/v2/${repository}/blobs/uploads/${session}${withState ? `?_state=${stateOf(repository, session)}` : ''}`;
  return { location, range: `0-${Math.max(size - 1, 0)}`, 'docker-upload-uuid': session };
}

function stateOf(repository: string, session: string): string {
  return createHash('sha256').update(`${repository} ${session}`).digest('base64url');
}

function created(repository: string, { text }: Digest): Response {
  return empty(201, { location: `/v2/${repository}/blobs/${text}`, 'docker-content-digest': text });
}
