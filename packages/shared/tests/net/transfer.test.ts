import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { httpClient, mayLead, type UploadRequest } from '@vendure-deploy/shared/net';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const MIB = 1024 * 1024;
const times = { deadlineMs: 5_000, idleMs: 5_000 };

async function* body(chunks: number, fail = false): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < chunks; sent += 1) yield Buffer.alloc(MIB, sent);
  if (fail) throw new Error('the source is broken');
}

const put = (url: string, more: Partial<UploadRequest> = {}): UploadRequest => ({ method: 'PUT', url, body: body(2), length: 2 * MIB, ...times, ...more });

test('a body goes out with its length said before it', async () => {
  const seen: Record<string, unknown> = {};
  const url = await serve((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => { bytes += chunk.length; });
    request.on('end', () => {
      Object.assign(seen, { bytes, length: request.headers['content-length'], encoding: request.headers['transfer-encoding'] });
      response.writeHead(201).end('done');
    });
  });
  const result = await httpClient().upload(put(url));
  expect(result).toMatchObject({ kind: 'response', status: 201 });
  expect(seen).toEqual({ bytes: 2 * MIB, length: String(2 * MIB), encoding: undefined });
});

test.each([[false], [true]])('an answer before the end of the body is the answer, with the connection closed behind it: %s', async (closes) => {
  const url = await serve((request, response) => {
    request.once('data', () => {
      response.writeHead(413).end('too large');
      if (closes) response.once('finish', () => request.socket.destroy());
      request.pause();
    });
  });
  const result = await httpClient().upload(put(url, { body: body(64), length: 64 * MIB }));
  expect(result).toMatchObject({ kind: 'response', status: 413 });
});

test('an error of the body is thrown, and the server never sees a whole request', async () => {
  let whole = false;
  const url = await serve((request) => void request.resume().on('end', () => { whole = true; }));
  await expect(httpClient().upload(put(url, { body: body(1, true), length: 2 * MIB }))).rejects.toThrow('the source is broken');
  expect(whole).toBe(false);
});

test.each<[string, RequestListener, string]>([
  ['resets the connection', (request) => void request.socket.resetAndDestroy(), 'reset'],
  ['takes all and never answers', (request) => void request.resume(), 'timeout'],
  ['takes nothing', (request) => void request.pause(), 'timeout'],
])('a server that %s: no answer, and why', async (_name, answer, reason) => {
  const url = await serve(answer);
  const result = await httpClient().upload(put(url, { body: body(64), length: 64 * MIB, deadlineMs: 300, idleMs: 300 }));
  expect(result).toMatchObject({ kind: 'unreachable', reason });
});

test('a download is there with its head, and its body as it comes', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '4', 'x-one': '1' }).write('ab');
    setImmediate(() => response.end('cd'));
  });
  const result = await httpClient().download({ url, ...times });
  if (result.kind !== 'download') throw new Error(result.message);
  const chunks: Buffer[] = [];
  for await (const chunk of result.body as AsyncIterable<Buffer>) chunks.push(chunk);
  expect([result.status, result.headers['x-one'], Buffer.concat(chunks).toString()]).toEqual([200, '1', 'abcd']);
});

test('a download that stops moving ends with an error; one that breaks off, too', async () => {
  for (const answer of [(_: unknown, response: Parameters<RequestListener>[1]) => void response.writeHead(200, { 'content-length': '4' }).write('ab'), (request: Parameters<RequestListener>[0], response: Parameters<RequestListener>[1]) => { response.writeHead(200, { 'content-length': '4' }).write('ab'); setImmediate(() => request.socket.destroy()); }]) {
    const result = await httpClient().download({ url: await serve(answer), deadlineMs: 5_000, idleMs: 200 });
    if (result.kind !== 'download') throw new Error(result.message);
    await expect(result.body.toArray()).rejects.toThrow(/aborted|nothing moved/);
  }
});

test('a redirect is followed without the credential, but not to an address of the inside', async () => {
  const seen: (string | undefined)[] = [];
  const storage = await serve((request, response) => { seen.push(request.headers.authorization); response.end('blob'); });
  const url = await serve((_request, response) => void response.writeHead(307, { location: storage }).end());
  const result = await httpClient().download({ url, redirect: 'follow', headers: { authorization: 'Basic abc' }, ...times });
  expect(result).toMatchObject({ kind: 'download', status: 200 });
  if (result.kind === 'download') await result.body.toArray();
  expect(seen).toEqual([undefined]);
});

test.each([
  ['https://registry.example', 'https://storage.example', true],
  ['https://registry.example', 'https://169.254.169.254/latest', false],
  ['https://registry.example', 'https://10.1.2.3', false],
  ['https://registry.example', 'https://100.64.0.1', false],
  ['https://registry.example', 'https://[::1]/', false],
  ['https://registry.example', 'https://[fd00::1]/', false],
  ['https://registry.example', 'https://[::ffff:127.0.0.1]/', false],
  ['https://registry.example', 'http://localhost:1', false],
  ['https://registry.example', 'https://2130706433/', false],
  ['https://registry.example', 'https://8.8.8.8', true],
  ['http://127.0.0.1:1', 'http://127.0.0.1:2', true],
  ['http://192.168.0.2', 'http://10.0.0.1', true],
])('%s may send us to %s: %s', (from, to, may) => expect(mayLead(new URL(from), new URL(to))).toBe(may));
