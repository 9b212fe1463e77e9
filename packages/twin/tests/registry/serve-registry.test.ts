import { beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import nock from 'nock';
import { serveRegistry } from '../../src/index.ts';
import { eventually, withServed, zeros } from './served.ts';
import { basic, said, sha256 } from './stage.ts';

// Every test file has it (jest.setup.js); its sockets would take a body of any size at once, and know nothing of a second request.
beforeAll(() => nock.restore());

test('keeps a record of what was asked, with the query apart, and never of the login itself', () => withServed({ faults: ['registry GET /v2/ 1 503'] }, async ({ registry, get, mount, layer }) => {
  await get('/v2/');
  await mount();
  await fetch(`${registry.origin}/v2/staging/tags/list?n=1`);
  const asked = { fault: null, login: 'basic' };
  expect(registry.requests).toEqual([
    { ...asked, method: 'GET', path: '/v2/', query: '', status: 503, fault: 'registry GET /v2/ 1 503' },
    { ...asked, method: 'POST', path: '/v2/production/blobs/uploads/', query: `mount=${layer.digest}&from=staging`, status: 201 },
    { ...asked, method: 'GET', path: '/v2/staging/tags/list', query: 'n=1', status: 401, login: 'none' },
  ]);
  expect(registry.faultReport()).toEqual([{ rule: 'registry GET /v2/ 1 503', fired: 1 }]);
}));

test('two at once have nothing in common, and each knows its own tokens only', () => withServed({ challenge: 'bearer' }, (one) => withServed({ challenge: 'bearer' }, async (other) => {
  const [status, challenge] = await fetch(`${other.registry.origin}/v2/staging/manifests/v1`, { headers: { authorization: `Bearer ${one.token}` } }).then((answer) => [answer.status, answer.headers.get('www-authenticate')]);
  expect([status, challenge]).toEqual([401, `Bearer realm="${other.registry.origin}/token",service="${other.registry.host}",scope="repository:staging:pull",error="invalid_token"`]);
  expect(await one.registry.world.digest({ repository: 'staging', reference: 'v1' })).not.toBe(await other.registry.world.digest({ repository: 'staging', reference: 'v1' }));
})));

test('somebody else may move a tag between two questions', () => {
  let move = (): Promise<unknown> => Promise.resolve();
  return withServed({ before: ({ method }) => (method === 'PUT' ? move().then(() => undefined) : undefined) }, async ({ registry, get, startUpload, put, digest }) => {
    move = () => fetch(`${registry.origin}/v2/staging/manifests/v1`, { method: 'DELETE', headers: { authorization: basic('secret') } });
    expect((await get('/v2/staging/manifests/v1', 'HEAD')).headers.get('docker-content-digest')).toBe(digest);
    await put(await startUpload(), Buffer.from('layer'));
    expect((await get('/v2/staging/manifests/v1', 'HEAD')).status).toBe(404);
  });
});

test('takes any host name, and says it in its challenge', () => withServed({ challenge: 'bearer' }, async ({ registry }) => {
  const answer = await overOneConnection(registry.host, 'GET /v2/ HTTP/1.1\r\nhost: registry.fly.io\r\nconnection: close\r\n\r\n');
  expect(answer).toContain('Bearer realm="http://registry.fly.io/token",service="registry.fly.io"');
}));

test('an answer that comes before the body was read leaves the connection fit for the next request', () => withServed({}, async ({ registry }) => {
  const head = `host: ${registry.host}\r\nauthorization: ${basic('secret')}\r\n`;
  const early = `PUT /v2/shop/blobs/uploads/no-session HTTP/1.1\r\n${head}content-length: 1048576\r\n\r\n${'x'.repeat(1024 * 1024)}`;
  const large = `PUT /v2/shop/manifests/v1 HTTP/1.1\r\n${head}content-length: 8388608\r\n\r\n${'x'.repeat(8 * 1024 * 1024)}`;
  const answers = await overOneConnection(registry.host, `${early}${large}GET /v2/ HTTP/1.1\r\n${head}connection: close\r\n\r\n`);
  expect(answers.match(/HTTP\/1\.1 \d+/gu)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 413', 'HTTP/1.1 200']);
}));

test.each([
  ['shop GET /version 1 503', 'this twin does not model shop yet. It models registry.'],
  ['registry GET /v2/ 1 explode', 'the effect is "explode"'],
])('refuses the fault %s', async (fault, sentence) => {
  await expect(serveRegistry({ directory: '/nowhere', token: 'secret', faults: [fault] })).rejects.toThrow(sentence);
});

test('is gone when it was disposed of, whoever was still connected', () => withServed({ faults: ['registry GET /v2/ 1 hang'] }, async ({ registry, get }) => {
  const hanging = get('/v2/').then(() => 'answered', () => 'cut off');
  await eventually(() => registry.faultReport()[0]?.fired === 1);
  await registry[Symbol.asyncDispose]();
  expect(await hanging).toBe('cut off');
  await expect(get('/v2/')).rejects.toThrow('fetch failed');
}));

describe('a large blob', () => {
  const SIZE = 256;
  const MIB = 1024 * 1024;

  test('is never in memory as a whole, on its way in or out', () => withServed({}, async ({ startUpload, sendBig, fetchBig, registry }) => {
    const blob = `/v2/production/blobs/${zeros(SIZE)}`;
    const most = await mostMemoryDuring(async () => {
      expect(await sendBig(await startUpload(), SIZE)).toEqual({ status: 201, sent: SIZE * MIB });
      expect(await fetchBig(blob)).toBe(SIZE * MIB);
    });
    expect(registry.requests.map(({ method, status }) => `${method} ${status}`)).toEqual(['POST 202', 'PUT 201', 'GET 200']);
    // What is measured has buffers in it that are done with and not collected yet.
    expect(most / MIB).toBeLessThan(SIZE * 0.75);
  }));

  test('waits for a client that does not read it', () => withServed({}, async ({ startUpload, sendBig, get, registry }) => {
    await sendBig(await startUpload(), SIZE);
    const socket = connect(Number(registry.host.split(':')[1]), '127.0.0.1');
    const most = await mostMemoryDuring(async () => {
      socket.write(`GET /v2/production/blobs/${zeros(SIZE)} HTTP/1.1\r\nhost: x\r\nauthorization: ${basic('secret')}\r\n\r\n`);
      await new Promise((resolve) => { socket.once('readable', resolve); });
      for (let asked = 0; asked < 50; asked += 1) await get('/v2/');
    });
    expect(registry.requests.filter(({ path }) => path.includes('/sha256:'))).toEqual([]);
    expect(most / MIB).toBeLessThan(SIZE * 0.5);
    socket.destroy();
    await eventually(() => registry.requests.some(({ path }) => path.includes('/sha256:')));
  }));
});

test('a session of an upload goes on over a second connection', () => withServed({}, async ({ registry, startUpload, put }) => {
  const location = await startUpload();
  const socket = connect(Number(registry.host.split(':')[1]), '127.0.0.1');
  socket.write(`PATCH ${location} HTTP/1.1\r\nhost: x\r\nauthorization: ${basic('secret')}\r\ncontent-length: 100\r\n\r\nhalf`);
  const session = async (): Promise<string | null> => (await fetch(new URL(location, registry.origin), { headers: { authorization: basic('secret') } })).headers.get('range');
  await eventually(async () => await session() === '0-3');
  socket.destroy();
  await eventually(() => registry.requests.some(({ method, status }) => method === 'PATCH' && status === 0));
  const rest = await fetch(new URL(location, registry.origin), { method: 'PATCH', body: 'rest', headers: { 'authorization': basic('secret'), 'content-range': '4-7' } });
  expect([rest.status, rest.headers.get('range')]).toEqual([202, '0-7']);
  expect((await fetch(new URL(`${location}&digest=${sha256('halfrest')}`, registry.origin), { method: 'PUT', headers: { authorization: basic('secret') } })).status).toBe(201);
  expect(await said(await put(location, Buffer.from('late')))).toMatchObject({ status: 404, code: 'BLOB_UPLOAD_UNKNOWN' });
}));

/** All that the server says to these bytes until it closes the connection. */
function overOneConnection(host: string, bytes: string): Promise<string> {
  const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
  const answer: Buffer[] = [];
  socket.on('data', (chunk) => answer.push(chunk));
  socket.write(bytes);
  return new Promise((resolve, reject) => { socket.on('error', reject).on('close', () => resolve(Buffer.concat(answer).toString('latin1'))); });
}

/** Bytes of buffers, beyond those that there were. */
async function mostMemoryDuring(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let most = before;
  const sampling = setInterval(() => { most = Math.max(most, process.memoryUsage().arrayBuffers); }, 5);
  try {
    await work();
  } finally {
    clearInterval(sampling);
  }
  return most - before;
}
