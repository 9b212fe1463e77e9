import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { imageOf, INDEX, MANIFEST, said, sha256, withRegistry } from './stage.ts';

const LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const SCHEMA2 = 'application/vnd.docker.distribution.manifest.v2+json';
const ALL = [INDEX, MANIFEST, LIST, SCHEMA2].join(', ');

describe('what the client accepts', () => {
  test.each([
    [INDEX, null, null],
    [INDEX, ALL, null],
    [INDEX, `${MANIFEST};q=0.5, ${INDEX};q=0.1`, null],
    [INDEX, '*/*', 'OCI index found, but accept header does not support OCI indexes'],
    [INDEX, MANIFEST, 'OCI index found, but accept header does not support OCI indexes'],
    [MANIFEST, '*/*', 'OCI manifest found, but accept header does not support OCI manifests'],
    [LIST, SCHEMA2, 'manifest list found, but accept header does not support manifest lists'],
    [SCHEMA2, MANIFEST, 'manifest found, but accept header does not support manifests'],
    ['application/vnd.example+json', '*/*', null],
  ])('of %s, given %s', (type, accept, refused) => withRegistry({}, async ({ call, putManifest }) => {
    expect((await putManifest('shop', 'v1', { manifests: [] }, { 'content-type': type })).status).toBe(201);
    const answer = await call('GET', '/v2/shop/manifests/v1', { headers: accept === null ? {} : { accept } });
    if (refused === null) expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    else expect(await said(answer)).toEqual({ status: 404, code: 'MANIFEST_UNKNOWN', message: refused });
    expect((await call('HEAD', '/v2/shop/manifests/v1', { headers: accept === null ? {} : { accept } })).status).toBe(refused === null ? 200 : 404);
  }));
});

describe('a manifest', () => {
  test.each([
    [4 * 1024 * 1024, 201],
    [4 * 1024 * 1024 + 1, 413],
  ])('of %d bytes: %d', (size, status) => withRegistry({}, async ({ call }) => {
    const body = '{"schemaVersion":2,"annotations":{"a":""}}'.replace('""', `"${'a'.repeat(size - 42)}"`);
    const answer = await call('PUT', '/v2/shop/manifests/v1', { body, headers: { 'content-type': MANIFEST } });
    expect([body.length, answer.status]).toEqual([size, status]);
    if (status === 413) expect(await said(answer)).toMatchObject({ code: 'SIZE_INVALID' });
  }));

  test('waits for its children, in the same repository', () => withRegistry({}, async ({ call, putManifest, registry }) => {
    const child = await registry.pushImage('staging', 'v1', imageOf('layer'));
    const index = { mediaType: INDEX, manifests: [{ mediaType: MANIFEST, digest: child, size: 1 }] };
    const put = (repository: string): Promise<Response> => putManifest(repository, 'all', index, { 'content-type': INDEX });
    expect(await said(await put('shop'))).toEqual({ status: 400, code: 'MANIFEST_BLOB_UNKNOWN', message: `${child} is unknown to registry` });
    expect((await call('GET', '/v2/shop/manifests/all')).status).toBe(404);
    expect((await put('staging')).status).toBe(201);
  }));

  test('may name a layer that is had from elsewhere, and is told so', () => withRegistry({}, async ({ putManifest }) => {
    const layer = { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', digest: sha256('x'), size: 1, urls: ['https://example.com/x'] };
    const answer = await putManifest('shop', 'v1', { layers: [layer] });
    expect([answer.status, answer.headers.get('warning')]).toEqual([201, `299 - "layer ${layer.digest} is not kept here: it is only to be had from its urls"`]);
  }));

  test('may name a subject that is not there, and is told so', () => withRegistry({}, async ({ putManifest }) => {
    const answer = await putManifest('shop', 'v1', { subject: { digest: sha256('x'), size: 1 } });
    expect([answer.headers.get('oci-subject'), answer.headers.get('warning')]).toEqual([sha256('x'), `299 - "subject ${sha256('x')} is unknown to registry"`]);
  }));

  test('has a digest of the algorithm that it was put under', () => withRegistry({}, async ({ call }) => {
    const body = '{"schemaVersion":2}';
    const digest = `sha512:${createHash('sha512').update(body).digest('hex')}`;
    const put = await call('PUT', `/v2/shop/manifests/${digest}`, { body, headers: { 'content-type': MANIFEST } });
    expect([put.status, put.headers.get('docker-content-digest')]).toEqual([201, digest]);
    expect((await call('HEAD', `/v2/shop/manifests/${digest}`)).status).toBe(200);
  }));
});

test('a tag that is deleted leaves the manifest, and its other tags', () => withRegistry({}, async ({ call, putManifest, registry }) => {
  for (const tag of ['v1', 'v2']) await putManifest('shop', tag, {});
  const digest = await registry.digest({ repository: 'shop', reference: 'v1' });
  expect((await call('DELETE', '/v2/shop/manifests/v1')).status).toBe(202);
  expect(await said(await call('DELETE', '/v2/shop/manifests/v1'))).toMatchObject({ status: 404, code: 'MANIFEST_UNKNOWN' });
  expect([await registry.digest({ repository: 'shop', reference: 'v2' }), (await call('HEAD', `/v2/shop/manifests/${digest}`)).status]).toEqual([digest, 200]);
}));

test('a manifest that is deleted takes its tags along', () => withRegistry({}, async ({ call, putManifest, registry }) => {
  for (const tag of ['v1', 'v2']) await putManifest('shop', tag, {});
  await putManifest('shop', 'v3', { annotations: {} });
  await call('DELETE', `/v2/shop/manifests/${await registry.digest({ repository: 'shop', reference: 'v1' })}`);
  expect(await registry.tags('shop')).toEqual(['v3']);
}));
