import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Where the bytes of caches go: one of the accounts that GitHub's own signed URLs lead to. Clients tell Azure by the name. */
export const BLOB_HOST = 'productionresultssa0.blob.core.windows.net';

export interface CacheBlobs {
  /** A URL that may do that with the file, as long as the twin lives. */
  sign(file: string, may: 'read' | 'write'): string;
  fetch(request: Request): Promise<Response>;
}

/** As much of Azure's Blob service as its own client needs: Put Blob, Put Block and Put Block List, Get Blob with ranges. */
export function createCacheBlobs(): CacheBlobs {
  const signed = new Map<string, { file: string; may: 'read' | 'write' }>();
  return {
    sign(file, may) {
      const signature = randomBytes(32).toString('base64url');
      signed.set(signature, { file, may });
      return `https://${BLOB_HOST}/actions-cache/${randomUUID()}?sp=${may === 'read' ? 'r' : 'cw'}&sr=b&sv=2025-11-05&sig=${signature}`;
    },
    async fetch(request) {
      const url = new URL(request.url);
      const { file, may } = signed.get(url.searchParams.get('sig') ?? '') ?? {};
      const wanted = request.method === 'PUT' ? 'write' : 'read';
      if (file === undefined || may !== wanted || !['PUT', 'GET', 'HEAD'].includes(request.method)) return refuse(403, 'AuthenticationFailed');
      return wanted === 'write' ? put(request, url, file) : get(request, file);
    },
  };
}

async function put(request: Request, url: URL, file: string): Promise<Response> {
  const comp = url.searchParams.get('comp');
  if (comp === 'blocklist') return putBlockList(await request.text(), file);
  if (comp !== null && comp !== 'block') return refuse(400, 'InvalidQueryParameterValue');
  const target = comp === null ? file : blockOf(file, url.searchParams.get('blockid') ?? '');
  await pipeline(request.body === null ? Readable.from([]) : Readable.fromWeb(request.body), createWriteStream(target));
  return new Response(null, { status: 201, headers: common() });
}

/** Large files come in blocks of any order; the list says which and how they follow each other. */
async function putBlockList(xml: string, file: string): Promise<Response> {
  const blocks = [...xml.matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</gu)].map(([, id = '']) => blockOf(file, id));
  await pipeline(async function* () {
    for (const block of blocks) yield* createReadStream(block);
  }, createWriteStream(file));
  for (const block of blocks) await rm(block);
  return new Response(null, { status: 201, headers: common() });
}

function blockOf(file: string, id: string): string {
  return `${file}.${Buffer.from(id).toString('base64url')}`;
}

async function get(request: Request, file: string): Promise<Response> {
  const blob = await openAsBlob(file).catch(() => null);
  if (blob === null) return refuse(404, 'BlobNotFound');
  const headers = { ...common(), 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', 'x-ms-blob-type': 'BlockBlob' };
  const [, first, last = ''] = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.get('x-ms-range') ?? request.headers.get('range') ?? '') ?? [];
  if (first === undefined) return new Response(request.method === 'HEAD' ? null : blob.stream(), { headers: { ...headers, 'content-length': String(blob.size) } });
  const end = Math.min(last === '' ? Infinity : Number(last), blob.size - 1);
  const part = blob.slice(Number(first), end + 1);
  return new Response(part.stream(), { status: 206, headers: { ...headers, 'content-length': String(part.size), 'content-range': `bytes ${first}-${end}/${blob.size}` } });
}

/** What the client of Azure holds against each other over several answers: an entry never changes, so that its etag is one. */
function common(): Record<string, string> {
  return { etag: '"0x8DD0000000000000"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT', 'x-ms-request-id': randomUUID(), 'x-ms-version': '2025-11-05', date: new Date().toUTCString() };
}

function refuse(status: number, code: string): Response {
  return new Response(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>The twin's store of caches says ${code}.</Message></Error>`, {
    status, headers: { 'content-type': 'application/xml', 'x-ms-error-code': code, 'x-ms-request-id': randomUUID() },
  });
}
