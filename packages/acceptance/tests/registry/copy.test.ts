import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { CopyResult, PresentImage, RegistryClient } from '@vendure-deploy/shared/providers/registry';
import type { ServedRegistry, ServeRegistryOptions } from '@vendure-deploy/twin';
import { openClient, openRegistryFolder, push, type Pushed, type RegistryFolder, TOKEN, treeOf } from '../stage/registry.ts';

const uploads = '/v2/production/blobs/uploads/';
const MOUNTS = 4;
let folder: RegistryFolder;
let pushed: Pushed;
let cases = 0;
let tag: string;

beforeAll(async () => { folder = await openRegistryFolder(); });
afterAll(async () => { await folder[Symbol.asyncDispose](); });
beforeEach(async () => {
  tag = `t${(cases += 1)}`;
  // New layers each time: what an earlier case has copied is there already.
  pushed = await folder.quietly((origin) => push(origin, { repository: 'staging', tag }));
});

test.each<[string, string[], Partial<ServeRegistryOptions>, Partial<Record<'mounted' | 'streamed', number>>]>([
  // what happens                                       the registry's faults                                                     is it Bearer     how the blobs get there
  ['nothing', [], {}, { mounted: MOUNTS, streamed: 0 }],
  ['nothing, and tokens are asked for', [], { challenge: 'bearer' }, { mounted: MOUNTS, streamed: 0 }],
  ["the token server keeps the first scope, the destination's", ['registry * /token 1- grants-only first'], { challenge: 'bearer' }, { mounted: 0, streamed: MOUNTS }],
  ["the token server keeps the last scope, the source's", ['registry * /token 1- grants-only last'], { challenge: 'bearer' }, { mounted: 0, streamed: MOUNTS }],
  ['one mount is refused with a session', [`registry POST ${uploads} 1 refuse-mount`], {}, { mounted: MOUNTS - 1, streamed: 1 }],
  ['every mount is refused with a session', [`registry POST ${uploads} 1- refuse-mount`], {}, { mounted: 0, streamed: MOUNTS }],
  ['one mount is not allowed', [`registry POST ${uploads} 1 403 {"errors":[{"code":"DENIED","message":"no"}]}`], {}, { mounted: MOUNTS, streamed: 0 }],
  ['one mount is a method that is not known', [`registry POST ${uploads} 1 405`], {}, { mounted: MOUNTS - 1, streamed: 1 }],
  ['one mount is a bad request', [`registry POST ${uploads} 1 400`], {}, { mounted: MOUNTS - 1, streamed: 1 }],
  ['one mount is confirmed and not done', [`registry POST ${uploads} 1 201`], {}, {}],
  ['a limit, in seconds', [`registry POST ${uploads} 1 429 retry-after=2`], {}, { mounted: MOUNTS }],
  ['a limit, as a date', [`registry POST ${uploads} 1 429 retry-after="Thu, 01 Jan 2026 00:00:00 GMT"`], {}, { mounted: MOUNTS }],
  ['a limit for a year: the blob is sent instead', [`registry POST ${uploads} 1 429 retry-after=31536000`], {}, { mounted: MOUNTS - 1, streamed: 1 }],
  ['a mount without an answer', [`registry POST ${uploads} 1 reset after-commit`], {}, { mounted: MOUNTS }],
  ['a broken gateway', [`registry POST ${uploads} 1-2 502`], {}, { mounted: MOUNTS }],
  ['the tag is written, and its answer lost', ['registry PUT /v2/production/manifests/* 1 reset after-commit'], {}, { mounted: MOUNTS }],
  ['the digest is not among the headers', ['registry * /v2/** 1- without docker-content-digest'], {}, { mounted: MOUNTS }],
])('%s: the image gets there with its digest', async (_name, faults, options, blobs) => {
  await using server = await folder.serve({ faults, ...options });
  const { copied } = await promote(server);
  expect(copied).toMatchObject({ kind: 'copied', digest: pushed.digest, count: { blobs } });
  expect(server.faultReport().filter(({ fired }) => fired === 0)).toEqual([]);
  expect(await arrived()).toEqual(await folder.quietly((origin) => treeOf(origin, 'staging', tag)));
});

test.each<[string, (largest: string) => string[], Partial<Record<'mounted' | 'streamed', number>>]>([
  // of the largest layer, sent through us since no mount is allowed
  ['its source breaks off in the middle', (largest) => [`registry GET /v2/staging/blobs/${largest} 1 reset-after 100B`], { streamed: MOUNTS }],
  ['its source says less than it should', (largest) => [`registry GET /v2/staging/blobs/${largest} 1 truncate`], { streamed: MOUNTS }],
  ['its source is a broken gateway', (largest) => [`registry GET /v2/staging/blobs/${largest} 1 503`], { streamed: MOUNTS }],
  ['the upload is refused as too large: it goes in parts', () => [`registry PUT ${uploads}* 1 early-413`], { streamed: MOUNTS }],
  ['the upload is done, and its answer lost', () => [`registry PUT ${uploads}* 1 reset after-commit`], { streamed: MOUNTS }],
  ['the upload meets a broken gateway', () => [`registry PUT ${uploads}* 1 502`], { streamed: MOUNTS }],
  ['the session is not known any more', () => [`registry PUT ${uploads}* 1 404 {"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"gone"}]}`], { streamed: MOUNTS }],
])('a layer is streamed and %s: it gets there all the same', async (_name, faults, blobs) => {
  await using server = await folder.serve({ faults: [`registry POST ${uploads} 1- refuse-mount`, ...faults(pushed.blobs[1] ?? '')] });
  const { copied } = await promote(server);
  expect(copied).toMatchObject({ kind: 'copied', digest: pushed.digest, count: { blobs } });
  expect(server.faultReport().filter(({ fired }) => fired === 0)).toEqual([]);
  expect(await arrived()).not.toBeNull();
});

test.each<[string, (largest: string) => string[], RegExp]>([
  ['a byte of a layer is changed on the way', (largest) => [`registry POST ${uploads} 1- refuse-mount`, `registry GET /v2/staging/blobs/${largest} 1 corrupt`], /came from its source as sha256:[0-9a-f]+: bytes were changed on the way/],
  ['the repository of the target is unknown', () => [`registry POST ${uploads} 1- 404 {"errors":[{"code":"NAME_UNKNOWN","message":"app repository not found"}]}`], /app repository not found/],
  ['no upload may be opened', () => [`registry POST ${uploads} 1- 403 {"errors":[{"code":"DENIED","message":"read only"}]}`], /403 DENIED: read only/],
  ['the tag is refused', () => ['registry PUT /v2/production/manifests/* 1- 500'], /the registry answered 500/],
  ['the tag cannot be looked at again', () => ['registry GET /v2/production/manifests/* 1- 503'], /could not be read again/],
])('%s: nothing is tagged, and it is said why', async (_name, faults, words) => {
  await using server = await folder.serve({ faults: faults(pushed.blobs[1] ?? '') });
  expect((await promote(server)).copied).toMatchObject({ kind: 'failed', why: expect.stringMatching(words) });
  expect(await arrived()).toBeNull();
});

test('what is copied by a mount moves no byte through us, in as many requests as there are things', async () => {
  await using server = await folder.serve();
  await promote(server);
  const downloads = server.requests.filter(({ method, path }) => method === 'GET' && path.includes('/blobs/'));
  expect(downloads.map(({ path }) => path)).toEqual([`/v2/staging/blobs/${pushed.blobs[0]}`]);
  expect(server.requests.filter(({ path }) => path.includes('/production/')).map(({ method, status }) => `${method} ${status}`).toSorted()).toEqual(['GET 200', 'GET 404', 'POST 201', 'POST 201', 'POST 201', 'POST 201', 'PUT 201']);
});

test('an index with its attestation survives, children first, with every digest', async () => {
  pushed = await folder.quietly((origin) => push(origin, { repository: 'staging', tag, attested: true }));
  await using server = await folder.serve();
  const { copied, found } = await promote(server);
  expect(found).toMatchObject({ digest: pushed.digest, platforms: ['linux/amd64'] });
  expect(found.platformDigest).not.toBe(pushed.digest);
  expect(copied).toMatchObject({ kind: 'copied', digest: pushed.digest, count: { manifests: 3 } });
  expect(await arrived()).toEqual(await folder.quietly((origin) => treeOf(origin, 'staging', tag)));
});

test('within one repository only the tag is written', async () => {
  await using server = await folder.serve();
  const { client } = openClient();
  const staging = client(server.host, 'staging');
  const copied = await staging.copyFrom(staging, await lookedUp(staging), 'again', { say: () => {} });
  expect(copied).toMatchObject({ kind: 'copied', count: { blobs: { mounted: 0, streamed: 0, existed: 0 }, manifests: 1 } });
  expect(server.requests.filter(({ method }) => ['POST', 'PATCH'].includes(method))).toEqual([]);
});

test('to another registry with another login everything is streamed; what is there already is not sent again', async () => {
  await using elsewhere = await openRegistryFolder();
  await using source = await folder.serve();
  await using target = await elsewhere.serve({ token: 'another-token', challenge: 'bearer' });
  const { client } = openClient();
  const from = client(source.host, 'staging');
  const to = client(target.host, 'production', 'another-token');
  const image = await lookedUp(from);
  expect(await to.copyFrom(from, image, tag, { say: () => {} })).toMatchObject({ kind: 'copied', count: { blobs: { mounted: 0, streamed: MOUNTS, existed: 0 }, bytes: { streamed: pushed.bytes } } });
  expect(await to.copyFrom(from, image, 'second', { say: () => {} })).toMatchObject({ kind: 'copied', count: { blobs: { streamed: 0, existed: MOUNTS } } });
});

test('a layer that no registry may have by its licence is refused by name, not left out', async () => {
  await using elsewhere = await openRegistryFolder();
  await using source = await folder.serve();
  await using target = await elsewhere.serve();
  const { client } = openClient();
  const from = client(source.host, 'staging');
  const image = await lookedUp(from);
  if (image.image.manifest.kind !== 'image') throw new Error('the stage pushes images');
  const { manifest } = image.image;
  const layers = manifest.layers.map((layer, at) => ({ ...layer, foreign: at === 0 }));
  const copied = await client(target.host, 'production').copyFrom(from, { ...image, image: { ...image.image, manifest: { ...manifest, layers } } }, tag, { say: () => {} });
  expect(copied).toMatchObject({ kind: 'failed', why: expect.stringMatching(/may not be copied by its licence/) });
});

test('a tag that somebody else pushes meanwhile is not written over', async () => {
  const other = await folder.quietly((origin) => push(origin, { repository: 'elsewhere', tag }));
  let moved = false;
  await using server = await folder.serve({
    before: async ({ method, path }) => {
      if (moved || method !== 'POST' || !path.startsWith('/v2/production/')) return;
      moved = true;
      await folder.quietly((origin) => push(origin, { repository: 'production', tag }));
    },
  });
  const { copied } = await promote(server);
  expect(copied).toMatchObject({ kind: 'moved' });
  expect(other.digest).not.toBe(pushed.digest);
  expect((await arrived())?.[0]).not.toBe(pushed.digest);
});

test('a tag that cannot be read back is unproven, not done', async () => {
  await using server = await folder.serve({ faults: ['registry GET /v2/production/manifests/* 2- 503'] });
  expect((await promote(server)).copied).toMatchObject({ kind: 'unproven' });
});

test('cancelled in the middle of a layer: the upload is ended at the registry, and nothing is tagged', async () => {
  const cancel = new AbortController();
  await using server = await folder.serve({
    faults: [`registry POST ${uploads} 1- refuse-mount`, `registry GET /v2/staging/blobs/${pushed.blobs[1]} 1 hang-after 100B`],
    before: ({ method, path }) => { if (method === 'PUT' && path.startsWith(uploads)) setImmediate(() => cancel.abort()); },
  });
  await expect(promote(server, cancel.signal)).rejects.toThrow(/abort/i);
  expect(server.requests.filter(({ method, path }) => method === 'DELETE' && path.startsWith(uploads)).length).toBeGreaterThan(0);
  expect(await arrived()).toBeNull();
});

async function promote(server: ServedRegistry, signal?: AbortSignal): Promise<{ copied: CopyResult; found: PresentImage; lines: string[] }> {
  const { client } = openClient(signal === undefined ? {} : { signal });
  const staging = client(server.host, 'staging', TOKEN);
  const production = client(server.host, 'production', TOKEN);
  const found = await lookedUp(staging);
  const lines: string[] = [];
  return { copied: await production.copyFrom(staging, found, tag, { say: (line) => lines.push(line) }), found, lines };
}

async function lookedUp(client: RegistryClient): Promise<PresentImage> {
  const found = await client.lookUp(tag);
  if (found.kind !== 'present') throw new Error(`look-up of ${tag}: ${JSON.stringify(found)}`);
  return found;
}

function arrived(): Promise<string[] | null> {
  return folder.quietly((origin) => treeOf(origin, 'production', tag));
}
