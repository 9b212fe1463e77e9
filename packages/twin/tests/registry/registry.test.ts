import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/registry/digest.ts';
import { createRegistryWorld, type PackedImage, type RegistryWorld } from '../../src/registry/index.ts';

const LOGIN = `Basic ${Buffer.from('x:FlyV1 fm2_secret').toString('base64')}`;
const TYPE = 'application/vnd.oci.image.manifest.v1+json';
let directory: string;
let registry: RegistryWorld;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'registry-'));
  registry = createRegistryWorld({ directory, token: 'FlyV1 fm2_secret', appExists: (name) => name !== 'no-app' });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function call(method: string, path: string, o: { body?: string | Uint8Array; headers?: Record<string, string> } = {}): Promise<Response> {
  const headers = { authorization: LOGIN, ...o.headers };
  return registry.provider.fetch(new Request(new URL(path, 'https://registry.fly.io'), {
    method, headers, ...(o.body === undefined ? {} : { body: typeof o.body === 'string' ? o.body : Buffer.from(o.body) }),
  }));
}

async function putBlob(repository: string, text: string): Promise<string> {
  const digest = digestOf(Buffer.from(text)).text;
  const answer = await call('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: text });
  expect(answer.status).toBe(201);
  return digest;
}

async function codeOf(answer: Response): Promise<[number, string]> {
  const body = await answer.json() as { errors: { code: string }[] };
  return [answer.status, body.errors[0]?.code ?? ''];
}

function packed(): PackedImage {
  const layer = Buffer.from('layer');
  const config = Buffer.from(JSON.stringify({ config: { Env: ['A=1'], Cmd: ['node', 'x.ts'], WorkingDir: '/shop', Labels: { a: 'b' } } }));
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: TYPE, config: { digest: digestOf(config).text, size: config.length }, layers: [{ digest: digestOf(layer).text, size: layer.length }],
  }));
  return { mediaType: TYPE, manifest, config, layers: [{ digest: digestOf(layer).text, bytes: layer }] };
}

describe('who may speak', () => {
  test.each([
    ['no login', '', 401],
    ['a wrong token', `Basic ${Buffer.from('x:other').toString('base64')}`, 401],
    ['the token', LOGIN, 200],
    ['the token without its scheme', `Basic ${Buffer.from('x:fm2_secret').toString('base64')}`, 200],
    ['an invented Bearer', 'Bearer abc', 401],
  ])('%s', async (_name, authorization, status) => {
    expect((await call('GET', '/v2/', { headers: { authorization } })).status).toBe(status);
  });

  test('a Bearer token that /token gave', async () => {
    const { token } = await (await call('GET', '/token?service=registry.fly.io&scope=repository:shop:pull')).json() as { token: string };
    expect((await call('GET', '/v2/', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  test('a repository whose app does not exist', async () => {
    const answer = await call('POST', '/v2/no-app/blobs/uploads/');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'NAME_UNKNOWN', message: 'app repository not found' }] });
  });
});

describe('blobs', () => {
  test('in chunks, which must follow each other', async () => {
    const start = await call('POST', '/v2/team/shop/blobs/uploads/');
    const location = start.headers.get('location') ?? '';
    expect((await call('PATCH', location, { body: 'abc', headers: { 'content-range': '0-2' } })).status).toBe(202);
    const gap = await call('PATCH', location, { body: 'xyz', headers: { 'content-range': '5-7' } });
    expect([gap.status, gap.headers.get('range')]).toEqual([416, '0-2']);
    expect((await call('PATCH', location, { body: 'def', headers: { 'content-range': '3-5' } })).headers.get('range')).toBe('0-5');
    const digest = digestOf(Buffer.from('abcdef')).text;
    expect((await call('PUT', `${location}?digest=${digest}`)).status).toBe(201);
    expect(await (await call('GET', `/v2/team/shop/blobs/${digest}`)).text()).toBe('abcdef');
    const part = await call('GET', `/v2/team/shop/blobs/${digest}`, { headers: { range: 'bytes=1-2' } });
    expect([part.status, await part.text()]).toEqual([206, 'bc']);
  });

  test('bytes that are not the digest are refused and not kept', async () => {
    const digest = digestOf(Buffer.from('other')).text;
    expect(await codeOf(await call('POST', `/v2/shop/blobs/uploads/?digest=${digest}`, { body: 'abc' }))).toEqual([400, 'DIGEST_INVALID']);
    expect((await call('HEAD', `/v2/shop/blobs/${digest}`)).status).toBe(404);
  });

  test('a mount needs the blob in the source; else it becomes an upload', async () => {
    const digest = await putBlob('staging', 'abc');
    expect((await call('POST', `/v2/shop/blobs/uploads/?mount=${digest}&from=staging`)).status).toBe(201);
    expect((await call('HEAD', `/v2/shop/blobs/${digest}`)).headers.get('content-length')).toBe('3');
    expect((await call('POST', `/v2/shop/blobs/uploads/?mount=${digest}&from=elsewhere`)).status).toBe(202);
  });

  test('a deleted blob is gone in its repository only', async () => {
    const digest = await putBlob('a', 'abc');
    await putBlob('b', 'abc');
    expect((await call('DELETE', `/v2/a/blobs/${digest}`)).status).toBe(202);
    expect((await call('GET', `/v2/a/blobs/${digest}`)).status).toBe(404);
    expect((await call('GET', `/v2/b/blobs/${digest}`)).status).toBe(200);
  });
});

describe('manifests', () => {
  test.each([
    ['with a hole', 'v1', JSON.stringify({ schemaVersion: 2, layers: [{ digest: `sha256:${'0'.repeat(64)}`, size: 1 }] }), 400, 'MANIFEST_BLOB_UNKNOWN'],
    ['that is no JSON', 'v1', '{', 400, 'MANIFEST_INVALID'],
    ['under another digest', `sha256:${'0'.repeat(64)}`, '{"schemaVersion":2}', 400, 'DIGEST_INVALID'],
    ['under a bad tag', '-v1', '{"schemaVersion":2}', 400, 'TAG_INVALID'],
    ['of another type than it says', 'v1', '{"schemaVersion":2,"mediaType":"text/plain"}', 400, 'MANIFEST_INVALID'],
  ])('a manifest %s is refused', async (_name, reference, body, status, code) => {
    expect(await codeOf(await call('PUT', `/v2/shop/manifests/${reference}`, { body, headers: { 'content-type': TYPE } }))).toEqual([status, code]);
  });

  test('keeps the exact bytes, by tag and by digest, until the digest is deleted', async () => {
    const body = '{ "schemaVersion": 2 }';
    await call('PUT', '/v2/shop/manifests/v1', { body, headers: { 'content-type': TYPE } });
    const digest = digestOf(Buffer.from(body)).text;
    expect(await (await call('GET', `/v2/shop/manifests/${digest}`)).text()).toBe(body);
    expect((await call('HEAD', '/v2/shop/manifests/v1')).headers.get('docker-content-digest')).toBe(digest);
    expect((await call('DELETE', `/v2/shop/manifests/${digest}`)).status).toBe(202);
    expect(await codeOf(await call('GET', '/v2/shop/manifests/v1'))).toEqual([404, 'MANIFEST_UNKNOWN']);
  });

  test('lists tags by page', async () => {
    for (const tag of ['c', 'a', 'b']) await call('PUT', `/v2/shop/manifests/${tag}`, { body: '{"schemaVersion":2}', headers: { 'content-type': TYPE } });
    const page = await call('GET', '/v2/shop/tags/list?n=2');
    expect(await page.json()).toEqual({ name: 'shop', tags: ['a', 'b'] });
    const next = /<(.+)>/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect(await (await call('GET', next)).json()).toEqual({ name: 'shop', tags: ['c'] });
  });

  test('finds what refers to a subject', async () => {
    const subject = `sha256:${'1'.repeat(64)}`;
    const body = JSON.stringify({ schemaVersion: 2, artifactType: 'a/sbom', subject: { digest: subject, size: 1 } });
    const put = await call('PUT', '/v2/shop/manifests/s', { body, headers: { 'content-type': TYPE } });
    expect(put.headers.get('oci-subject')).toBe(subject);
    expect(await (await call('GET', `/v2/shop/referrers/${subject}?artifactType=a/sbom`)).json()).toMatchObject({ manifests: [{ artifactType: 'a/sbom' }] });
    expect(await (await call('GET', `/v2/shop/referrers/${subject}?artifactType=other`)).json()).toMatchObject({ manifests: [] });
  });
});

test('an image that was seeded is read back, and by digest again', async () => {
  const digest = await registry.pushImage('shop-production', 'v1', packed());
  const image = await registry.image({ repository: 'shop-production', reference: 'v1' });
  expect(image).toMatchObject({ digest, config: { Env: ['A=1'], Entrypoint: [], Cmd: ['node', 'x.ts'], WorkingDir: '/shop', Labels: { a: 'b' } } });
  expect(image?.layers).toHaveLength(1);
  expect(await registry.image({ repository: 'shop-production', reference: digest })).toEqual(image);
  expect(await registry.image({ repository: 'shop-production', reference: 'v2' })).toBeNull();
});
