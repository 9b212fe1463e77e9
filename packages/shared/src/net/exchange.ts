import http from 'node:http';
import https from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Secret } from '../secrets/index.ts';
import { proxyIsSet } from './proxy.ts';
import type { HttpRequest, HttpResponse, HttpResult, Unreachable, UnreachableReason } from './types.ts';

const defaultMaxBytes = 16 * 1024 * 1024;

interface Limits {
  deadlineMs: number;
  signal: AbortSignal;
  userAgent: string;
}

/**
 * One request, one answer, no repeat. Over node:http rather than fetch: the first touch of fetch costs an action 25 to 40 ms,
 * and fetch cannot be told to open a connection of its own.
 */
export async function exchange(request: HttpRequest, limits: Limits): Promise<HttpResult> {
  const url = new URL(request.url);
  const where = `${request.method} ${url.host}${url.pathname}`;
  const unreachable = (reason: UnreachableReason, why: string): Unreachable => ({ kind: 'unreachable', reason, message: `${where}: ${why}` });
  if (limits.signal.aborted) return unreachable('aborted', 'cancelled');

  return new Promise<HttpResult>((resolve) => {
    const maxBytes = request.maxBytes ?? defaultMaxBytes;
    const module = url.protocol === 'http:' ? http : https;
    const agent = agentFor(url, request);
    const outgoing = module.request(url, { method: request.method, headers: headersOf(request, limits), ...(agent === undefined ? {} : { agent }) });
    const timer = setTimeout(() => end(unreachable('timeout', `no complete answer within ${Math.round(limits.deadlineMs)} ms`)), limits.deadlineMs);
    const cancelled = (): void => end(unreachable('aborted', 'cancelled'));
    limits.signal.addEventListener('abort', cancelled, { once: true });

    outgoing.on('error', (error) => end(unreachable(...classify(error))));
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > maxBytes) end(unreachable('too-large', `the answer is larger than ${maxBytes} bytes`));
      });
      incoming.on('error', (error) => end(unreachable(...classify(error))));
      incoming.on('aborted', () => end(unreachable('reset', 'the connection ended in the middle of the answer')));
      incoming.on('end', () => {
        if (!incoming.complete) return end(unreachable('reset', 'the connection ended in the middle of the answer'));
        end(answer(incoming, Buffer.concat(chunks), maxBytes) ?? unreachable('too-large', `the answer cannot be decompressed into ${maxBytes} bytes`));
      });
    });
    outgoing.end(request.body);

    function end(result: HttpResult): void {
      clearTimeout(timer);
      limits.signal.removeEventListener('abort', cancelled);
      if (result.kind === 'unreachable') outgoing.destroy();
      resolve(result);
    }
  });
}

/**
 * Writes get a connection of their own too: on a kept one that the peer just closed, nobody can tell whether the write arrived. Whoever sends a write that
 * may arrive twice says `freshConnection: false`.
 */
function agentFor(url: URL, request: HttpRequest): http.Agent | undefined {
  const fresh = request.freshConnection ?? !['GET', 'HEAD'].includes(request.method);
  if (!fresh) return undefined;
  const options = { keepAlive: false, ...(proxyIsSet() ? { proxyEnv: process.env } : {}) };
  return url.protocol === 'http:' ? new http.Agent(options) : new https.Agent(options);
}

export function headersOf(request: Pick<HttpRequest, 'headers' | 'body'>, limits: Pick<Limits, 'userAgent'>): Record<string, string | number> {
  const given = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value instanceof Secret ? value.reveal() : value]);
  const length = request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) };
  return { 'user-agent': limits.userAgent, 'accept-encoding': 'identity', ...length, ...Object.fromEntries(given) };
}

export function answer(incoming: http.IncomingMessage, received: Buffer, maxBytes: number): HttpResponse | null {
  const bytes = decompress(received, incoming.headers['content-encoding'], maxBytes);
  if (bytes === null) return null;
  const headers = headersFrom(incoming);
  const text = (): string => new TextDecoder().decode(bytes);
  return { kind: 'response', status: incoming.statusCode ?? 0, headers, bytes, text, json: () => JSON.parse(text()) as unknown };
}

/** node joins what may be joined; several `set-cookie`, which have commas of their own, stand in lines. */
export function headersFrom(incoming: http.IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join('\n') : (value ?? '')]));
}

/** We ask for `identity`; some hosts compress all the same. */
function decompress(bytes: Buffer, encoding: string | undefined, maxOutputLength: number): Uint8Array | null {
  if (bytes.length === 0) return bytes;
  try {
    if (encoding === 'gzip') return gunzipSync(bytes, { maxOutputLength });
    if (encoding === 'br') return brotliDecompressSync(bytes, { maxOutputLength });
    if (encoding === 'deflate') return inflateSync(bytes, { maxOutputLength });
    return bytes;
  } catch {
    return null;
  }
}

export function classify(error: Error & { code?: string }): [UnreachableReason, string] {
  const code = error.code ?? '';
  if (code === 'ECONNREFUSED') return ['refused', 'connection refused'];
  if (['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE', 'ECONNABORTED'].includes(code)) return ['reset', 'the connection was reset'];
  if (['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)) return ['timeout', 'the host does not answer'];
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(code)) return ['dns', 'the host name does not resolve'];
  if (code.startsWith('ERR_PROXY') || /proxy/i.test(error.message)) return ['proxy', 'the proxy refused the connection'];
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code === 'EPROTO' || /CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) return ['tls', `TLS failed (${code})`];
  return ['other', code === '' ? 'the request failed' : `the request failed (${code})`];
}
