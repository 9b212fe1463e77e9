import { expect, test } from '@jest/globals';
import type { ImageLookup } from '../../../src/providers/registry/index.ts';
import { attestation, config, described, index, indexOf, layer, manifest, REVISION, stored, whole } from './images.ts';
import { type Answer, digest, fault, ok, scripted } from './scripted.ts';

const tag = '/v2/shop/manifests/t';
const labels = { [REVISION]: 'abc' };
const blobOf = (text: string): string => `/v2/shop/blobs/${digest(text)}`;
const manifestOf = (text: string): string => `/v2/shop/manifests/${digest(text)}`;
const gone = fault(404, 'MANIFEST_UNKNOWN');

const foreign = JSON.stringify({ schemaVersion: 2, config: described(config), layers: [described('elsewhere', { urls: ['https://example.com/layer'] })] });
const armOnly = indexOf(described(manifest, { platform: { os: 'linux', architecture: 'arm64' } }));
const nested = indexOf(described(index));
const deep = indexOf(described(indexOf(described(nested))));

test.each<[string, Record<string, Answer | readonly Answer[]>, { kind: ImageLookup['kind']; [field: string]: unknown }]>([
  // the registry has                          and says                                                            → look-up
  ['a manifest', { ...whole, [tag]: ok(manifest) }, { kind: 'present', digest: digest(manifest), platformDigest: digest(manifest), platforms: [], labels }],
  ['an index', { ...whole, [tag]: ok(index) }, { kind: 'present', digest: digest(index), platformDigest: digest(manifest), platforms: ['linux/amd64'], labels }],
  ['a layer that is elsewhere by its licence', { ...whole, [tag]: ok(foreign) }, { kind: 'present', digest: digest(foreign) }],
  ['a type with parameters', { ...whole, [tag]: ok(manifest, { 'content-type': 'application/vnd.oci.image.manifest.v1+json; charset=utf-8' }) }, { kind: 'present' }],
  ['no such manifest', { [tag]: gone }, { kind: 'absent' }],
  ['no such repository', { [tag]: fault(404, 'NAME_UNKNOWN', 'repository name not known to registry') }, { kind: 'absent' }],
  ["Fly's 404 of a missing app or an unwell registry", { [tag]: fault(404, 'NAME_UNKNOWN', 'app repository not found') }, { kind: 'unknown', cause: 'app-unknown' }],
  ['the same under another code', { [tag]: fault(404, 'UNKNOWN', 'app repository not found') }, { kind: 'unknown', cause: 'app-unknown' }],
  ['an index that it thinks we do not take', { [tag]: fault(404, 'MANIFEST_UNKNOWN', 'OCI index found, but accept header does not support OCI indexes') }, { kind: 'unknown', cause: 'odd-answer' }],
  ['a 404 of no registry', { [tag]: { status: 404, body: '<html>' } }, { kind: 'unknown', cause: 'odd-answer' }],
  ['a refusal', { [tag]: fault(403, 'DENIED') }, { kind: 'unknown', cause: 'refused' }],
  ['a broken server', { [tag]: { status: 500 } }, { kind: 'unknown', cause: 'unavailable' }],
  ['a limit', { [tag]: fault(429, 'TOOMANYREQUESTS') }, { kind: 'unknown', cause: 'unavailable' }],
  ['other bytes than the digest that it says', { ...whole, [tag]: ok(manifest, { 'docker-content-digest': digest('other') }) }, { kind: 'unknown', cause: 'odd-answer' }],
  ['a child of other bytes', { ...whole, [tag]: ok(index), [manifestOf(manifest)]: ok('{}') }, { kind: 'unknown', cause: 'odd-answer' }],
  ['a configuration of other bytes', { ...whole, [tag]: ok(manifest), [blobOf(config)]: ok('{}') }, { kind: 'unknown', cause: 'odd-answer' }],
  ['an index whose image is gone', { ...whole, [tag]: ok(index), [manifestOf(manifest)]: gone }, { kind: 'unusable', why: expect.stringContaining(`names ${digest(manifest)}, which the registry does not have`) }],
  ['an index whose attestation is gone', { ...whole, [tag]: ok(index), [manifestOf(attestation)]: gone }, { kind: 'unusable' }],
  ['a layer that is gone', { ...whole, [tag]: ok(manifest), [blobOf(layer)]: fault(404, 'BLOB_UNKNOWN') }, { kind: 'unusable', why: expect.stringContaining(`its layer ${digest(layer)} is not in the registry`) }],
  ['a layer of another size', { ...whole, [tag]: ok(manifest), [`HEAD ${blobOf(layer)}`]: ok('short') }, { kind: 'unusable', why: expect.stringContaining('has 5 bytes in the registry instead of 20') }],
  ['a layer behind a HEAD that is not supported', { ...whole, [tag]: ok(manifest), [`HEAD ${blobOf(layer)}`]: { status: 405 } }, { kind: 'present' }],
  ["a layer whose HEAD meets Fly's own 404", { ...whole, [tag]: ok(manifest), [blobOf(layer)]: fault(404, 'NAME_UNKNOWN', 'app repository not found') }, { kind: 'unknown', cause: 'app-unknown' }],
  ['no configuration', { ...whole, [tag]: ok(manifest), [blobOf(config)]: fault(404, 'BLOB_UNKNOWN') }, { kind: 'unusable' }],
  ['no image for linux/amd64', { ...whole, [tag]: ok(armOnly) }, { kind: 'unusable', why: expect.stringContaining('linux/amd64') }],
  ['schema 1', { [tag]: ok('{"schemaVersion":1,"name":"shop","tag":"t","fsLayers":[]}') }, { kind: 'unusable', why: expect.stringContaining('schema 1') }],
  ['an index that calls itself an image', { [tag]: ok('{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]}') }, { kind: 'unusable' }],
  ['no JSON', { [tag]: ok('<html>') }, { kind: 'unusable' }],
  ['indexes in indexes without end', { ...whole, ...stored(nested, indexOf(described(nested)), deep), [tag]: ok(deep) }, { kind: 'unusable', why: expect.stringContaining('more than 3 deep') }],
  ['an index of a thousand', { [tag]: ok(indexOf(...Array.from({ length: 1000 }, (_, at) => described(`child ${at}`)))) }, { kind: 'unusable', why: expect.stringContaining('more than 100 manifests') }],
  ['a manifest of more than 4 MiB', { [tag]: ok(' '.repeat(4 * 1024 * 1024 + 1)) }, { kind: 'unknown', why: expect.stringContaining('larger than 4194304 bytes') }],
])('%s → look-up', async (_name, answers, expected) => {
  await using registry = await scripted({ answers });
  expect(await registry.client.lookUp('t')).toMatchObject(expected);
});

test('what passes is tried again; what does not is asked once', async () => {
  await using passing = await scripted({ answers: { ...whole, [tag]: [{ status: 503 }, fault(429, 'TOOMANYREQUESTS', '', { 'retry-after': '7' }), (response) => response.socket?.destroy(), ok(manifest)] } });
  expect(await passing.client.lookUp('t')).toMatchObject({ kind: 'present' });
  expect(passing.waits).toEqual([1_000, 7_250, 4_000]);

  await using refusing = await scripted({ answers: { [tag]: fault(403, 'DENIED') } });
  expect(await refusing.client.lookUp('t')).toMatchObject({ kind: 'unknown' });
  expect(refusing.requests).toHaveLength(1);
});

test('a registry that wants to be asked again after a year is not waited for', async () => {
  await using registry = await scripted({ answers: { [tag]: fault(429, 'TOOMANYREQUESTS', '', { 'retry-after': '31536000' }) } });
  expect(await registry.client.lookUp('t')).toMatchObject({ kind: 'unknown', cause: 'unavailable' });
  expect(registry.waits).toEqual([]);
});

test('what a registry warns of is said once', async () => {
  const warning = { warning: '299 - "the registry \\"shop\\" moves on Monday"' };
  await using registry = await scripted({ answers: { ...whole, [tag]: ok(manifest, warning), [blobOf(config)]: ok(config, warning) } });
  await registry.client.lookUp('t');
  expect(registry.warnings).toEqual([`${registry.host} warns: the registry "shop" moves on Monday`]);
});
