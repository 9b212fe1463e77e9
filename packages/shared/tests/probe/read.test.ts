import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { httpClient } from '../../src/net/index.ts';
import { readHealth, readVersion } from '../../src/probe/index.ts';

const SHA = 'a'.repeat(40);

async function answered<T>(status: number, body: string, read: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await read(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`);
  } finally {
    server.close();
  }
}

const how = { http: httpClient({}), timeoutMs: 2000, signal: new AbortController().signal };

test.each([
  [200, `{"sha":"${SHA}"}`, 'serves'],
  [200, '{"sha":"main"}', 'unreadable'],
  [200, '<html>', 'unreadable'],
  [302, `{"sha":"${SHA}"}`, 'unreadable'],
  [503, `{"sha":"${SHA}"}`, 'unreadable'],
])('a version endpoint that answers %i %s is %s', async (status, body, kind) => {
  expect((await answered(status, body, (url) => readVersion({ ...how, url }))).kind).toBe(kind);
});

test.each([
  [200, '{"status":"ok","checks":{"pendingMigrations":0,"jobQueueLag":{"seconds":3}}}', 'ok'],
  [200, '{"status":"ok","checks":{"pendingMigrations":null,"jobQueueLag":null}}', 'ok'],
  [200, '{"status":"degraded"}', 'failing'],
  [503, '{"status":"ok"}', 'failing'],
  [200, 'ok', 'failing'],
])('a health endpoint that answers %i %s is %s', async (status, body, kind) => {
  expect((await answered(status, body, (url) => readHealth({ ...how, url }))).kind).toBe(kind);
});

test('nobody there is unreachable, not an exception', async () => {
  expect((await readVersion({ ...how, url: 'http://127.0.0.1:1/version' })).kind).toBe('unreachable');
});
