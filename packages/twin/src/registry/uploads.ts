import { empty, refuse } from './answers.ts';
import { parseDigest } from './digest.ts';
import type { Storage } from './storage.ts';

/** `POST blobs/uploads/`: a mount, a whole blob in one request, or a session to be continued. */
export async function startUpload(store: Storage, request: Request, url: URL, repository: string): Promise<Response> {
  if (request.method !== 'POST') return refuse('UNSUPPORTED', `${request.method} is not supported here`);
  const mount = parseDigest(url.searchParams.get('mount') ?? '');
  const from = url.searchParams.get('from');
  if (mount !== null && from !== null && await store.blob.has(from, mount)) {
    await store.blob.link(repository, mount);
    return created(repository, mount.text);
  }
  const session = await store.upload.start(repository);
  if (url.searchParams.has('digest')) return finish(store, request, url, repository, session);
  return progress(store, 202, repository, session);
}

export async function answerUpload(store: Storage, request: Request, url: URL, repository: string, session: string): Promise<Response> {
  if (await store.upload.size(repository, session) === null) return refuse('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  switch (request.method) {
    case 'GET': return progress(store, 204, repository, session);
    case 'PATCH': return await append(store, request, repository, session) ?? progress(store, 202, repository, session);
    case 'PUT': return finish(store, request, url, repository, session);
    case 'DELETE':
      await store.upload.cancel(repository, session);
      return empty(204);
    default: return refuse('UNSUPPORTED', `${request.method} is not supported for an upload`);
  }
}

/** null when the bytes were taken. A chunk must begin where the last one ended. */
async function append(store: Storage, request: Request, repository: string, session: string): Promise<Response | null> {
  const size = await store.upload.size(repository, session) ?? 0;
  const header = request.headers.get('content-range');
  if (header !== null) {
    const range = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/.*)?$/.exec(header);
    const [from, to] = [Number(range?.[1]), Number(range?.[2])];
    const length = request.headers.get('content-length');
    if (range === null || from !== size || to < from || (length !== null && Number(length) !== to - from + 1)) {
      return refuse('RANGE_INVALID', `the next chunk must begin at ${size}`, await place(store, repository, session));
    }
  }
  if (request.body !== null) await store.upload.append(repository, session, request.body);
  return null;
}

async function finish(store: Storage, request: Request, url: URL, repository: string, session: string): Promise<Response> {
  const digest = parseDigest(url.searchParams.get('digest') ?? '');
  if (digest === null) return refuse('DIGEST_INVALID', 'the query must name a valid digest');
  const refusal = await append(store, request, repository, session);
  if (refusal !== null) return refusal;
  return await store.upload.finish(repository, session, digest)
    ? created(repository, digest.text)
    : refuse('DIGEST_INVALID', 'provided digest did not match uploaded content');
}

async function progress(store: Storage, status: 202 | 204, repository: string, session: string): Promise<Response> {
  return empty(status, await place(store, repository, session));
}

async function place(store: Storage, repository: string, session: string): Promise<Record<string, string>> {
  const size = await store.upload.size(repository, session) ?? 0;
  return { location: `/v2/${repository}/blobs/uploads/${session}`, range: `0-${Math.max(size - 1, 0)}`, 'docker-upload-uuid': session };
}

function created(repository: string, digest: string): Response {
  return empty(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });
}
