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
  const range = rangeOf(request.headers.get('range'), size);
  if (range === 'outside') return refuse('RANGE_INVALID', 'range outside of the blob', { 'content-range': `bytes */${size}` });
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const init = {
    status: range === null ? 200 : 206,
    headers: {
      'content-type': 'application/octet-stream', 'docker-content-digest': digest.text, 'accept-ranges': 'bytes', 'content-length': String(end - start + 1),
      ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
    },
  };
  if (request.method === 'HEAD') return new Response(null, init);
  const file = size === 0 ? Readable.from([]) : createReadStream(store.blob.path(digest), { start, end, highWaterMark: CHUNK });
  return new Response(Readable.toWeb(file) as ReadableStream<Uint8Array>, init);
}

/** Bytes read at once: a blob is never in memory as a whole. */
const CHUNK = 256 * 1024;

/** One range of bytes (RFC 9110 §14.1.2), cut to the blob; null for none, or for what a server may pass over: several ranges, another unit. */
function rangeOf(header: string | null, size: number): { start: number; end: number } | 'outside' | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/u.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return null;
  const start = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return start > end ? 'outside' : { start, end };
}
