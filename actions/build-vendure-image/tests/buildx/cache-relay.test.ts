import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openRelay } from '../../src/buildx/cache-relay.ts';

async function serve(listener: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('request and answer pass as they are, below the server\'s own path', async () => {
  await using server = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => response.writeHead(201, { 'x-seen': String(request.headers['authorization']) }).end(`${request.method} ${request.url} ${request.headers.host} ${body}`));
  });
  await using relay = await openRelay(server.url);
  const answer = await fetch(`${relay.url}caches/1?a=b`, { method: 'PATCH', body: 'bytes', headers: { authorization: 'Bearer t' } });
  expect({ status: answer.status, seen: answer.headers.get('x-seen'), text: await answer.text() }).toEqual({ status: 201, seen: 'Bearer t', text: `PATCH /base/caches/1?a=b ${new URL(server.url).host} bytes` });
});

test('closed, it lets go who waits for an answer that never comes', async () => {
  let asked: () => void = () => undefined;
  const met = new Promise<void>((resolve) => { asked = resolve; });
  await using server = await serve(() => asked());
  const relay = await openRelay(server.url);
  const waiting = fetch(relay.url).then(() => 'answered', () => 'let go');
  await met;
  await relay[Symbol.asyncDispose]();
  expect(await waiting).toBe('let go');
});

test('a server that does not answer in time is a 504', async () => {
  await using server = await serve(() => undefined);
  await using relay = await openRelay(server.url, 50);
  expect((await fetch(relay.url, { method: 'POST', body: 'bytes' })).status).toBe(504);
});

test('a server that is not there is a 504, never a crash', async () => {
  await using relay = await openRelay('http://127.0.0.1:9/');
  expect((await fetch(relay.url)).status).toBe(504);
});
