import { expect, test } from '@jest/globals';
import { FAULTS } from '../../src/faults/index.ts';
import { type Served, withServed } from '../registry/served.ts';
import { curl } from './curl.ts';

/** What each example does to a client and to the ground truth: an image of a layer of 1000 bytes lies in `staging`. */
const PROOFS: Readonly<Record<string, (served: Served) => Promise<void>>> = {
  'registry GET /v2/*/blobs/** 1 corrupt': async ({ layer, get }) => {
    const [wrong, right] = [await get(`/v2/staging/blobs/${layer.digest}`), await get(`/v2/staging/blobs/${layer.digest}`)];
    const bytes = Buffer.from(await wrong.arrayBuffer());
    expect([wrong.status, wrong.headers.get('content-length'), wrong.headers.get('docker-content-digest')]).toEqual([200, '1000', layer.digest]);
    expect([...bytes].flatMap((byte, at) => (byte === layer.bytes[at] ? [] : [at]))).toEqual([500]);
    expect(Buffer.compare(Buffer.from(await right.arrayBuffer()), layer.bytes)).toBe(0);
  },
  'registry GET /v2/*/blobs/** 1 reset-after 100B': async ({ layer, registry, token }) => {
    const half = await curl({}, `${registry.origin}/v2/staging/blobs/${layer.digest}`, { token });
    expect({ exit: half.exit, status: half.status, promised: half.headers['content-length'], got: half.body.length }).toEqual({ exit: 56, status: 200, promised: '1000', got: 100 });
    expect((await curl({}, `${registry.origin}/v2/staging/blobs/${layer.digest}`, { token })).body).toHaveLength(1000);
  },
  'registry GET /v2/*/blobs/** 1 hang-after 100B': async ({ layer, registry, token }) => {
    const half = await curl({}, `${registry.origin}/v2/staging/blobs/${layer.digest}`, { token, seconds: 1 });
    expect({ exit: half.exit, status: half.status, got: half.body.length }).toEqual({ exit: 28, status: 200, got: 100 });
  },
  'registry * /v2/*/manifests/** 1 without docker-content-digest': async ({ get, digest }) => {
    const [less, whole] = [await get('/v2/staging/manifests/v1', 'HEAD'), await get('/v2/staging/manifests/v1', 'HEAD')];
    expect([less.status, less.headers.get('docker-content-digest')]).toEqual([200, null]);
    expect([whole.status, whole.headers.get('docker-content-digest')]).toEqual([200, digest]);
  },
  'registry PUT /v2/*/blobs/uploads/* 1 early-413': async ({ startUpload, sendBig }) => {
    const location = await startUpload();
    const early = await sendBig(location, 64);
    expect(early.status).toBe(413);
    expect(early.sent).toBeLessThan(32 * 1024 * 1024);
    // The session is as it was: the registry has seen nothing.
    expect((await sendBig(location, 1)).status).toBe(201);
  },
  'registry POST /v2/*/blobs/uploads/ 1 refuse-mount': async ({ registry, layer, mount, put }) => {
    const refused = await mount();
    expect(refused.status).toBe(202);
    expect((await put(refused.headers.get('location') ?? '', layer.bytes)).status).toBe(201);
    expect((await mount()).status).toBe(201);
    expect(registry.requests.find(({ path }) => path.endsWith('/uploads/'))?.query).toContain('mount=');
  },
  'registry * /token 1- grants-only first': async ({ tokenFor, mount }) => {
    const [both, one] = [['repository:production:pull,push', 'repository:staging:pull'], ['repository:production:pull,push']];
    expect(await (await mount(await tokenFor(...both))).json()).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] });
    expect((await mount(await tokenFor(both.join(' ')))).headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    expect((await mount(await tokenFor(...both.toReversed()))).status).toBe(401);
    expect((await mount(await tokenFor(...one), 'production')).status).toBe(202);
  },
};

test('every example of the registry has a proof', () => {
  expect(Object.keys(PROOFS).sort()).toEqual(FAULTS.filter(({ example }) => example.startsWith('registry ')).map(({ example }) => example).sort());
});

test.each(Object.entries(PROOFS))('%s acts', (example, proof) => withServed({ challenge: 'bearer', faults: [example] }, async (served) => {
  await proof(served);
  expect(served.registry.faultReport()[0]?.fired).toBeGreaterThan(0);
}));

test('grants-only last: of the same scopes, the other', () => withServed({ challenge: 'bearer', faults: ['registry POST /token * grants-only last'] }, async ({ registry }) => {
  const form = new URLSearchParams({ grant_type: 'password', password: 'secret', scope: 'repository:production:pull,push repository:staging:pull' });
  const { token } = (await (await fetch(`${registry.origin}/token`, { method: 'POST', body: form })).json()) as { token: string };
  const status = async (repository: string): Promise<number> => (await fetch(`${registry.origin}/v2/${repository}/tags/list`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect([await status('production'), await status('staging')]).toEqual([401, 200]);
}));

test('an answer without a body is told as it is, though its body should end early', () => withServed({ faults: ['registry HEAD ** 1 reset-after 1B', 'registry HEAD ** 2 hang-after 1B', 'registry HEAD ** 3 corrupt'] }, async ({ get, layer }) => {
  for (const path of ['/v2/', '/v2/staging/tags/list', `/v2/staging/blobs/${layer.digest}`]) expect((await get(path, 'HEAD')).status).toBe(200);
}));

test('truncate and reset-after of more than there is: half a body, and a whole one', () => withServed({ challenge: 'bearer', faults: ['registry GET /v2/*/blobs/** 1 truncate', 'registry GET /v2/*/blobs/** 2 reset-after 1GiB'] }, async ({ layer, registry, token }) => {
  const [half, whole] = [await curl({}, `${registry.origin}/v2/staging/blobs/${layer.digest}`, { token }), await curl({}, `${registry.origin}/v2/staging/blobs/${layer.digest}`, { token })];
  expect([half.exit, half.body.length, whole.exit, whole.body.length]).toEqual([18, 500, 0, 1000]);
}));
