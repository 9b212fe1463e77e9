import { expect, test } from '@jest/globals';
import { INDEX, said, sha256, withRegistry } from './stage.ts';

test.each([
  ['', ['A', 'a', 'b', 'c'], null],
  ['n=2', ['A', 'a'], '/v2/shop/tags/list?n=2&last=a'],
  ['n=2&last=a', ['b', 'c'], null],
  ['n=3&last=aa', ['b', 'c'], null],
  ['last=b', ['c'], null],
  ['n=0', [], null],
  ['last=z', [], null],
])('tags/list?%s', (query, tags, next) => withRegistry({}, async ({ call, putManifest }) => {
  for (const tag of ['c', 'a', 'b', 'A']) await putManifest('shop', tag, {});
  const answer = await call('GET', `/v2/shop/tags/list?${query}`);
  expect(await answer.json()).toEqual({ name: 'shop', tags });
  expect(answer.headers.get('link')).toBe(next === null ? null : `<${next}>; rel="next"`);
}));

test.each([
  ['GET', '/v2/nowhere/tags/list', 404, 'NAME_UNKNOWN'],
  ['GET', '/v2/shop/tags/list?n=two', 400, 'PAGINATION_NUMBER_INVALID'],
  ['POST', '/v2/shop/tags/list', 405, 'UNSUPPORTED'],
  ['GET', '/v2/shop/referrers/v1', 400, 'DIGEST_INVALID'],
  ['DELETE', `/v2/shop/referrers/${sha256('x')}`, 405, 'UNSUPPORTED'],
])('%s %s: %d %s', (method, path, status, code) => withRegistry({}, async ({ call, putManifest }) => {
  await putManifest('shop', 'v1', {});
  expect(await said(await call(method, path))).toMatchObject({ status, code });
}));

test('referrers: who names a subject, by kind, with annotations; nobody is an empty index', () => withRegistry({}, async ({ call, putManifest }) => {
  const subject = { digest: sha256('subject'), size: 7 };
  await putManifest('shop', 'sbom', { artifactType: 'a/sbom', subject, annotations: { made: 'today' } });
  await putManifest('shop', 'signature', { artifactType: 'a/signature', subject });
  await putManifest('other', 'sbom', { artifactType: 'a/sbom', subject });
  const ask = (query: string, repository = 'shop'): Promise<Response> => call('GET', `/v2/${repository}/referrers/${subject.digest}${query}`);
  const all = await ask('');
  expect([all.headers.get('content-type'), all.headers.get('oci-filters-applied')]).toEqual([INDEX, null]);
  expect(((await all.json()) as { manifests: { artifactType: string }[] }).manifests.map(({ artifactType }) => artifactType).sort()).toEqual(['a/sbom', 'a/signature']);
  const some = await ask('?artifactType=a/sbom');
  expect(some.headers.get('oci-filters-applied')).toBe('artifactType');
  expect(await some.json()).toMatchObject({ schemaVersion: 2, mediaType: INDEX, manifests: [{ artifactType: 'a/sbom', annotations: { made: 'today' } }] });
  expect(await (await ask('', 'nowhere')).json()).toEqual({ schemaVersion: 2, mediaType: INDEX, manifests: [] });
}));
