import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpClient } from '@vendure-deploy/shared/net';
import type { Reach } from '@vendure-deploy/shared/verify';

export interface Site extends AsyncDisposable {
  readonly url: string;
  readonly reach: Reach;
  /** `METHOD /path`, in the order in which they came. */
  readonly asked: string[];
}

export interface Asked {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A host on loopback; what `answer` gives back is sent as JSON, or as it is when it is a text. */
export async function openSite(answer: (asked: Asked, response: ServerResponse) => unknown): Promise<Site> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      const said = answer({ path: request.url ?? '', method: request.method ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }, response);
      if (response.writableEnded || response.destroyed) return;
      if (said === undefined) response.writeHead(404).end();
      else response.end(typeof said === 'string' ? said : JSON.stringify(said));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reach: { http: httpClient(), signal: new AbortController().signal, timeoutMs: 2000, headersOf: () => ({}) },
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
