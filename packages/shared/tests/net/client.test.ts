import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import { httpClient, type HttpRequest } from '@vendure-deploy/shared/net';
import { Secret } from '@vendure-deploy/shared/secrets';
import { retryAfter } from '../../src/net/retry.ts';

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

/** Answers the n-th request by the n-th part; the last one goes on. */
async function serve(...parts: RequestListener[]): Promise<{ url: string; count(): number; ports: Set<number> }> {
  let count = 0;
  const ports = new Set<number>();
  const server = createServer((request, response) => {
    ports.add(request.socket.remotePort ?? 0);
    parts[Math.min(count, parts.length - 1)]?.(request, response);
    count += 1;
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?token=hidden`, count: () => count, ports };
}

const status = (code: number, headers: Record<string, string> = {}): RequestListener => (_request, response) => void response.writeHead(code, headers).end('{"ok":true}');
const reset: RequestListener = (request) => void request.socket.resetAndDestroy();
const hang: RequestListener = () => {};
const resetAfterHeaders: RequestListener = (request, response) => {
  response.writeHead(200, { 'content-length': '100' }).write('half');
  setImmediate(() => request.socket.resetAndDestroy());
};

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url, deadlineMs: 5_000, ...more });

/** Waits take no time, and are counted. */
function instantClock(): { waits: number[]; now(): number; sleep(ms: number): Promise<void> } {
  let passed = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => Date.now() + passed,
    sleep(ms) {
      waits.push(ms);
      passed += ms;
      return Promise.resolve();
    },
  };
}

test.each<[string, RequestListener[], HttpRequest['method'], number, string | number]>([
  // what happens            answers                       method  requests  result
  ['one 503', [status(503), status(200)], 'GET', 2, 200],
  ['two 502 and a reset', [status(502), status(502), reset, status(200)], 'GET', 4, 200],
  ['503 for ever', [status(503)], 'GET', 4, 503],
  ['a reset amid the body', [resetAfterHeaders, status(200)], 'GET', 2, 200],
  ['404', [status(404)], 'GET', 1, 404],
  ['500', [status(500)], 'GET', 1, 500],
  ['502 to a write', [status(502), status(200)], 'POST', 1, 502],
  ['a reset of a write', [reset, status(200)], 'PUT', 1, 'reset'],
])('%s: a read is tried again, a write never', async (_case, answers, method, requests, result) => {
  const server = await serve(...answers);
  const answer = await httpClient({ clock: instantClock() }).request({ ...get(server.url), method });
  expect(answer.kind === 'response' ? answer.status : answer.reason).toBe(result);
  expect(server.count()).toBe(requests);
});

test.each([
  ['2', 2_000],
  ['Wed, 21 Oct 2015 07:28:02 GMT', 2_000],
  ['Wed, 21 Oct 2015 07:27:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  [undefined, null],
])('Retry-After %j', (value, milliseconds) => {
  const now = Date.parse('Wed, 21 Oct 2015 07:28:00 GMT');
  expect(retryAfter(value, now)).toBe(milliseconds);
});

test('Retry-After is waited for when the deadline allows it, and never beyond', async () => {
  const server = await serve(status(429, { 'retry-after': '2' }), status(200));
  const clock = instantClock();
  expect(await httpClient({ clock, random: () => 0 }).request(get(server.url))).toMatchObject({ status: 200 });
  expect(clock.waits).toEqual([2_000]);
  const absurd = await serve(status(429, { 'retry-after': '86400' }));
  expect(await httpClient({ clock }).request(get(absurd.url))).toMatchObject({ status: 429 });
  expect(absurd.count()).toBe(1);
});

test('the deadline ends a hanging answer, and the message holds no query', async () => {
  const server = await serve(hang);
  const started = performance.now();
  const answer = await httpClient({}).request(get(server.url, { deadlineMs: 200 }));
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(answer).toMatchObject({ kind: 'unreachable', reason: 'timeout' });
  expect(JSON.stringify(answer)).toMatch(/GET 127\.0\.0\.1:\d+\/path: /);
  expect(JSON.stringify(answer)).not.toContain('hidden');
});

test('a cancel, a refusal and an answer too large are told apart', async () => {
  const server = await serve(hang);
  const cancel = new AbortController();
  const pending = httpClient({}).request(get(server.url, { signal: cancel.signal }));
  cancel.abort();
  expect(await pending).toMatchObject({ reason: 'aborted' });
  expect(await httpClient({ attempts: 1 }).request(get('http://127.0.0.1:1/'))).toMatchObject({ reason: 'refused' });
  const large = await serve((_request, response) => void response.end('x'.repeat(5_000)));
  expect(await httpClient({}).request(get(large.url, { maxBytes: 1_000 }))).toMatchObject({ reason: 'too-large' });
  const bomb = await serve((_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000))));
  expect(await httpClient({}).request(get(bomb.url, { maxBytes: 1_000 }))).toMatchObject({ reason: 'too-large' });
});

test('a followed redirect takes no credential to another origin', async () => {
  const seen: (string | undefined)[] = [];
  const target = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end('there');
  });
  const origin = await serve(status(302, { location: target.url }));
  const request = get(origin.url, { headers: { authorization: new Secret('Bearer x') } });
  expect(await httpClient({}).request(request)).toMatchObject({ status: 302 });
  const answer = await httpClient({}).request({ ...request, redirect: 'follow' });
  expect(answer.kind === 'response' && answer.text()).toBe('there');
  expect(seen).toEqual([undefined]);
});

test('a fresh connection is a new one each time', async () => {
  const server = await serve(status(200));
  for (let i = 0; i < 3; i += 1) await httpClient({}).request(get(server.url, { freshConnection: true }));
  expect(server.ports.size).toBe(3);
});
