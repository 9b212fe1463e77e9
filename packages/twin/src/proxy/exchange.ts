import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Hop-by-hop headers belong to one connection (RFC 9110 §7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect']);

/** Fly's and GitHub's, Cloudflare's, and the two of a Vendure server; an upload of files is not read. */
const GRAPHQL = /\/(?:graphql|shop-api|admin-api)$/u;

export interface Received {
  readonly request: Request;
  /** The text of a request whose operation a fault may name; null for every other body, which streams. */
  readonly body: string | null;
  /** The same request without its body, for whoever only judges it. */
  readonly head: Request;
}

/** node's request as fetch's; the body streams unless it is GraphQL, or `whole` is wanted. */
export async function receive(incoming: IncomingMessage, url: URL, { signal, whole }: { signal: AbortSignal; whole: boolean }): Promise<Received> {
  const method = incoming.method ?? 'GET';
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase())) headers.append(name, incoming.rawHeaders[index + 1] ?? '');
  }
  const head = new Request(url, { method, headers });
  if (method === 'GET' || method === 'HEAD') return { request: new Request(url, { method, headers, signal }), body: null, head };
  const isGraphql = method === 'POST' && GRAPHQL.test(url.pathname) && !(headers.get('content-type') ?? '').startsWith('multipart/');
  const body = isGraphql || whole ? await readText(incoming) : null;
  const stream = body ?? (Readable.toWeb(incoming) as unknown as ConstructorParameters<typeof Response>[0]);
  return { request: new Request(url, { method, headers, signal, body: stream, duplex: 'half' } as RequestInit), body, head };
}

/** fetch's response on node's wire, streaming. */
export async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  writeHead(response, outgoing);
  if (response.body === null || outgoing.req.method === 'HEAD') {
    await response.body?.cancel();
    outgoing.end();
    return;
  }
  await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => outgoing.destroy());
}

/** The head as promised, half of the body, then the connection ends. */
export async function sendHalf(response: Response, outgoing: ServerResponse): Promise<void> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set('content-length', String(bytes.length));
  writeHead(new Response(null, { status: response.status, headers }), outgoing);
  await new Promise<void>((resolve) => outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => resolve()));
  outgoing.socket?.destroySoon();
}

function writeHead(response: Response, outgoing: ServerResponse): void {
  outgoing.statusCode = response.status;
  if (response.statusText !== '') outgoing.statusMessage = response.statusText;
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie' && !HOP_BY_HOP.has(name)) outgoing.setHeader(name, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
