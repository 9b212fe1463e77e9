import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';

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
  /** Once the answer has been given: reads away what is left of the body, so that the connection can take the next request. */
  drain(): void;
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
  if (method === 'GET' || method === 'HEAD') return { request: new Request(url, { method, headers, signal }), body: null, head, drain: () => undefined };
  const isGraphql = method === 'POST' && GRAPHQL.test(url.pathname) && !(headers.get('content-type') ?? '').startsWith('multipart/');
  const body = isGraphql || whole ? await readText(incoming) : null;
  const { stream, drain } = streamOf(incoming);
  return { request: new Request(url, { method, headers, signal, body: body ?? stream, duplex: 'half' }), body, head, drain };
}

/** Not `Readable.toWeb`: that throws past every handler when the answer comes before the body has ended, and closes a connection whose body is not wanted. */
function streamOf(incoming: IncomingMessage): { stream: ReadableStream<Uint8Array>; drain: () => void } {
  const chunks = incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
  const drain = (): void => {
    if (incoming.readableEnded || incoming.destroyed) return;
    void chunks.return?.().then(() => incoming.resume(), () => undefined);
  };
  return { stream, drain };
}

/** fetch's response on node's wire, streaming. @param close the connection ends with it, whatever of the request is still to come */
export async function send(response: Response, outgoing: ServerResponse, { close = false } = {}): Promise<void> {
  writeHead(response, outgoing);
  if (close) outgoing.setHeader('connection', 'close');
  if (response.body === null || outgoing.req.method === 'HEAD') {
    await response.body?.cancel();
    outgoing.end();
    return;
  }
  await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => outgoing.destroy());
}

/** The head as promised and the first bytes of the body, up to where somebody ends it; resolves when they have left. */
export async function sendPart(response: Response, outgoing: ServerResponse, bytes: number): Promise<void> {
  if (outgoing.req.method === 'HEAD') return send(response, outgoing);
  writeHead(response, outgoing);
  let left = bytes;
  for await (const chunk of response.body ?? []) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    await new Promise<void>((resolve) => { outgoing.write(part, () => resolve()); });
    if (left === 0 || outgoing.destroyed) break;
  }
  if (left > 0) outgoing.end();
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
