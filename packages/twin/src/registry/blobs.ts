import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { empty, refuse } from './answers.ts';
import { parseDigest, type Digest } from './digest.ts';
import type { Storage } from './storage.ts';

export async function answerBlob(store: Storage, request: Request, repository: string, text: string): Promise<Response> {
  const digest = parseDigest(text);
  if (digest === null) return refuse('DIGEST_INVALID', `invalid digest ${text}`);
  if (!await store.blob.has(repository, digest)) return refuse('BLOB_UNKNOWN', 'blob unknown to registry');
  switch (request.method) {
    case 'HEAD': case 'GET': return read(store, request, digest);
    case 'DELETE':
      await store.blob.unlink(repository, digest);
      return empty(202);
    default: return refuse('UNSUPPORTED', `${request.method} is not supported for a blob`);
  }
}

async function read(store: Storage, request: Request, digest: Digest): Promise<Response> {
  const size = await store.blob.size(digest);
  const headers = { 'content-type': 'application/octet-stream', 'docker-content-digest': digest.text, 'accept-ranges': 'bytes' };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(Number(range?.[2] === undefined || range[2] === '' ? size - 1 : range[2]), size - 1);
  if (range !== null && (start > end)) return refuse('RANGE_INVALID', 'range outside of the blob', { 'content-range': `bytes */${size}` });
  const length = { 'content-length': String(range === null ? size : end - start + 1) };
  const partial = range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` };
  const status = range === null ? 200 : 206;
  if (request.method === 'HEAD') return new Response(null, { status, headers: { ...headers, ...length, ...partial } });
  const file = size === 0 ? Readable.from([]) : createReadStream(store.blob.path(digest), { start, end });
  return new Response(Readable.toWeb(file) as ReadableStream<Uint8Array>, { status, headers: { ...headers, ...length, ...partial } });
}
