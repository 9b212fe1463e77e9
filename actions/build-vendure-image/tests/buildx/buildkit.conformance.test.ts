import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '@vendure-deploy/shared/secrets';
import { serveRegistry } from '@vendure-deploy/twin';
import { type BuildKit, openBuildKit } from '../../../../packages/acceptance/tests/stage/buildkit.ts';
import { type DockerRegistry, openDockerRegistry } from '../../../../packages/acceptance/tests/stage/docker-registry.ts';
import { openGhaServer } from '../../../../packages/acceptance/tests/stage/gha-server.ts';
import { freePort } from '../../../../packages/acceptance/tests/stage/process.ts';
import { openScratchShop, type ScratchShop, STEPS } from '../../../../packages/acceptance/tests/stage/scratch-shop.ts';
import { buildAndPush } from '../../src/buildx/index.ts';
import type { BuildRequest, Built } from '../../src/buildx/types.ts';
import { openStage, type Stage } from './stage/request.ts';

jest.setTimeout(180_000);

const path = process.env['PATH'];
let buildkit: BuildKit;
let registry: DockerRegistry;
let shop: ScratchShop;

beforeAll(async () => {
  [buildkit, registry] = await Promise.all([openBuildKit(), openDockerRegistry()]);
  shop = await openScratchShop(`${registry.host}/shop`);
  process.env['PATH'] = buildkit.environment.PATH;
});
afterAll(async () => {
  process.env['PATH'] = path;
  await Promise.all([buildkit, registry, shop].map((opened) => opened[Symbol.asyncDispose]()));
});

/** @param environment beside where docker is */
async function build(tag: string, more: Partial<BuildRequest>, environment: Readonly<Record<string, string>> = {}): Promise<{ built: Built; stage: Stage; log: string }> {
  await using stage = await openStage();
  const request: BuildRequest = {
    ...stage.request, reference: `${registry.host}/shop:${tag}`, workspace: shop.folder, login: { host: registry.host, username: 'x', token: new Secret(registry.token) },
    environment: { ...stage.request.environment, ...buildkit.environment, ...environment }, ...more,
  };
  const built = await buildAndPush(request);
  return { built, stage, log: await readFile(request.logFile, 'utf8') };
}

const gha = { choice: 'gha', registryCacheTo: false, mode: 'min', directory: '/unused', registryReference: null } as const;

test('the same source under a second tag has the same digest', async () => {
  const first = await build('same-1', {});
  const second = await build('same-2', {});
  expect(first.built.digest).toMatch(/^sha256:/u);
  expect(second.built.digest).toBe(first.built.digest);
  expect((await registry.image('shop:same-2'))?.digest).toBe(first.built.digest);
  expect(second.log).toMatch(/#\d+ CACHED/u);
});

test.each(['cold', 'warm'])('a cache server that never answers: our deadline ends the attempt, and the next one builds without it (%s daemon)', async (daemon) => {
  if (daemon === 'cold') await buildkit.forget();
  await using server = await openGhaServer('never answers');
  const attemptSeconds = 8;
  const started = performance.now();
  const { built } = await build(`hangs-${daemon}`, { cache: gha, attemptMs: attemptSeconds * 1000 }, server.environment);
  expect(built).toMatchObject({ exitCode: 0, attempts: [{ ended: 'timed-out', cache: { from: ['gha'], to: ['gha'] } }, { ended: 'ok', cache: { from: [], to: [] } }], cacheDropped: expect.stringContaining('did not end in time') });
  expect((performance.now() - started) / 1000).toBeLessThan(attemptSeconds + 15);
  expect((await registry.image(`shop:hangs-${daemon}`))?.digest).toBe(built.digest);
});

test('a registry export, and a cold daemon that reads it', async () => {
  const cache = { ...gha, choice: 'none', registryCacheTo: true, registryReference: `${registry.host}/shop:cache` } as const;
  await buildkit.forget();
  const exported = await build('exported', { cache });
  expect(exported.built.exitCode).toBe(0);
  expect(exported.log).not.toMatch(/#\d+ CACHED/u);
  await buildkit.forget();
  const { built, log } = await build('imported', { cache });
  expect(built).toMatchObject({ exitCode: 0, attempts: [{ cache: { from: ['registry'], to: ['registry'] } }] });
  expect(log).toMatch(/#\d+ CACHED/u);
});

test('a secret reaches the step that mounts it, and nothing else', async () => {
  const value = 'npm-token-of-this-test';
  await shop.commit({ Dockerfile: `${STEPS}RUN --network=none --mount=type=secret,id=npm test "$(/bin/busybox cat /run/secrets/npm)" = ${Buffer.from(value).toString('hex')} || /bin/busybox cat /run/secrets/npm | /bin/busybox md5sum > /seen && /bin/busybox cat /run/secrets/npm\n` });
  const { built, stage, log } = await build('secret', { secrets: { npm: new Secret(value) } });
  expect(built.exitCode).toBe(0);
  const image = await registry.image('shop:secret');
  // The step printed it: it was there, and the log shows three stars.
  expect(log).toMatch(/^#\d+ [\d.]+ \*\*\*$/mu);
  expect([log, ...stage.said, image?.config].join('\n')).not.toContain(value);
});

test('a push to a registry that is not there: tried again, never built again', async () => {
  const host = `127.0.0.1:${await freePort()}`;
  const { built, stage, log } = await build('dead', { reference: `${host}/shop:1`, login: { host, username: 'x', token: new Secret('t0ken') }, pushRetries: 1 });
  expect(built).toMatchObject({ exitCode: 1, digest: null, attempts: [{ ended: 'push-failed-transient' }, { ended: 'push-failed-transient' }] });
  expect(stage.waits).toEqual([5_000]);
  expect(log.split('# docker buildx build').at(-1)).not.toMatch(/#\d+ \d+\.\d+ /u);
});

test('a push that the registry refuses is not tried again', async () => {
  const { built } = await build('refused', { login: { host: registry.host, username: 'x', token: new Secret('another-token') } });
  expect(built).toMatchObject({ exitCode: 1, digest: null, attempts: [{ ended: 'push-failed-permanent' }] });
});

test('Fly\'s registry without the app, as the twin has it: the app is asked for once, and nothing is tried again', async () => {
  await using twin = await serveRegistry({ directory: join(shop.folder, '.git/twin'), token: 'twin-token', appExists: () => false });
  const { built } = await build('no-app', { reference: `${twin.host}/no-app:1`, login: { host: twin.host, username: 'x', token: new Secret('twin-token') }, appExists: () => Promise.resolve('missing') });
  expect(built).toMatchObject({ exitCode: 1, digest: null, attempts: [{ ended: 'app-missing' }] });
});

test.each([
  ['429 for longer than BuildKit tries', 'registry PUT /v2/*/manifests/* 1-7 429'],
  ['503 for longer than BuildKit tries', 'registry PUT /v2/*/manifests/* 1-4 503'],
  ['Fly\'s message, while the app exists', 'registry POST /v2/*/blobs/uploads/ 1 404 {"errors":[{"code":"NAME_UNKNOWN","message":"app repository not found"}]}'],
])('a push that meets %s is tried again, and is there', async (_name, fault) => {
  await using twin = await serveRegistry({ directory: await mkdtemp(join(shop.folder, '.git/twin-')), token: 'twin-token', faults: [fault] });
  const { built } = await build('unwell', { reference: `${twin.host}/shop-production:1`, login: { host: twin.host, username: 'x', token: new Secret('twin-token') }, appExists: () => Promise.resolve('exists') });
  expect(built).toMatchObject({ exitCode: 0, attempts: [{ ended: 'push-failed-transient' }, { ended: 'ok' }] });
  expect((await twin.world.image({ repository: 'shop-production', reference: '1' }))?.digest).toBe(built.digest);
});
