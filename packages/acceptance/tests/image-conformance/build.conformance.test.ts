import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ActionRun, startAction, type StartOptions } from '../../src/index.ts';
import { subjectOf } from '../stage/actions.ts';
import { type BuildKit, openBuildKit } from '../stage/buildkit.ts';
import { CONFIG_FILE } from '../stage/config.ts';
import { type DockerRegistry, openDockerRegistry } from '../stage/docker-registry.ts';
import { annotations, expectEnding } from '../stage/ending.ts';
import { openGhaServer } from '../stage/gha-server.ts';
import { expectKept } from '../stage/leaks.ts';
import { freePort } from '../stage/process.ts';
import { openScratchShop, type ScratchShop, STEPS } from '../stage/scratch-shop.ts';

jest.setTimeout(180_000);

const subject = subjectOf('build-vendure-image');
let buildkit: BuildKit;
let registry: DockerRegistry;
let shop: ScratchShop;

beforeAll(async () => {
  [buildkit, registry] = await Promise.all([openBuildKit(), openDockerRegistry()]);
});
afterAll(async () => {
  await Promise.all([buildkit[Symbol.asyncDispose](), registry[Symbol.asyncDispose]()]);
});
beforeEach(async () => {
  await shop?.[Symbol.asyncDispose]();
  shop = await openScratchShop(`${registry.host}/shop`);
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

function build({ inputs = {}, environment = {}, ...more }: Omit<StartOptions, 'folder'> = {}): Promise<ActionRun> {
  return startAction({ folder: subject.folder, workspace: shop.folder, inputs: { environment: 'production', sha: shop.sha, 'registry-token': registry.token, ...inputs }, environment: { ...buildkit.environment, ...environment }, ...more });
}

test('a commit is built and pushed; skopeo reads the digest and the label that were meant', async () => {
  const built = await build();
  expectEnding(built, subject, { decision: 'done', reasonCode: 'image-built' });
  const image = await registry.image(`shop:production-${shop.sha}`);
  expect(image).toMatchObject({ digest: built.outputs['image-digest'], labels: { 'org.opencontainers.image.revision': shop.sha, 'org.opencontainers.image.version': `production-${shop.sha}` } });
  expectKept(built, registry.token);
});

test('built again under another tag: every step is cached, and the layers are the same', async () => {
  const tags = ['first', 'second'] as const;
  const runs = [await build({ inputs: { 'image-tag': tags[0] } }), await build({ inputs: { 'image-tag': tags[1] } })] as const;
  for (const run of runs) expectEnding(run, subject, { decision: 'done', reasonCode: 'image-built' });
  const [first, second] = await Promise.all(tags.map((tag) => registry.image(`shop:${tag}`)));
  expect(second?.layers).toEqual(first?.layers);
  expect(runs[1].log).toMatch(/#\d+ CACHED/u);
});

test('a laptop\'s next build on an empty daemon takes its steps from the local cache', async () => {
  const home = await mkdtemp(join(tmpdir(), 'laptop-'));
  await buildkit.forget();
  const first = await build({ inputs: { 'image-tag': 'laptop-1' }, environment: { HOME: home } });
  expectEnding(first, subject, { decision: 'done', reasonCode: 'image-built' });
  expect(first.log).not.toMatch(/#\d+ CACHED/u);
  await buildkit.forget();
  const second = await build({ inputs: { 'image-tag': 'laptop-2' }, environment: { HOME: home } });
  expectEnding(second, subject, { decision: 'done', reasonCode: 'image-built' });
  expect(second.log).toMatch(/importing cache manifest from local/u);
  expect(second.log).toMatch(/#\d+ CACHED/u);
  await rm(home, { recursive: true });
});

test('a cache server that answers 500 costs the cache, not the image', async () => {
  await using server = await openGhaServer('answers 500');
  const built = await build({ environment: server.environment });
  expectEnding(built, subject, { decision: 'done', reasonCode: 'image-built' });
  expect(server.asked.length).toBeGreaterThanOrEqual(2);
  expectKept(built, registry.token);
  expect(built.log.split('\n').filter((line) => !line.startsWith('::add-mask::')).join('\n')).not.toContain(server.token);
});

test('a cache server that never answers costs half a minute for reading and another for writing, and the image is built', async () => {
  await using server = await openGhaServer('never answers');
  const built = await build({ environment: server.environment });
  expectEnding(built, subject, { decision: 'done', reasonCode: 'image-built' });
  expect(server.asked.length).toBeGreaterThanOrEqual(2);
  expect(built.seconds).toBeLessThan(2 * 30 + 15);
});

test('an attempt that the cache holds up is ended at its deadline, and the next one builds without it', async () => {
  await using server = await openGhaServer('never answers');
  const seconds = 8;
  const built = await build({ inputs: { 'attempt-timeout-seconds': String(seconds) }, environment: server.environment });
  expectEnding(built, subject, { decision: 'done', reasonCode: 'image-built' });
  expect(built.log).toContain('attempt 2');
  // Its own deadline, and what a build without the cache takes.
  expect(built.seconds).toBeLessThan(seconds + 15);
});

test('a secret reaches the step that mounts it, and nothing else: no log, no command line, no history', async () => {
  // The step compares a digest: what it says of itself stands in the history.
  const digest = createHash('sha256').update('a-build-secret-of-the-test').digest('hex');
  await shop.commit({ Dockerfile: `${STEPS}RUN --network=none --mount=type=secret,id=NPM_TOKEN busybox sha256sum /run/secrets/NPM_TOKEN | busybox grep ${digest}\n` });
  const built = await build({ inputs: { 'build-secrets': 'NPM_TOKEN=a-build-secret-of-the-test' } });
  expectEnding(built, subject, { decision: 'done', reasonCode: 'image-built' });
  expectKept(built, 'a-build-secret-of-the-test');
  expect((await registry.image(`shop:production-${shop.sha}`))?.config).not.toContain('a-build-secret-of-the-test');
});

test('a cache directory that cannot be written: a warning, and the image is built', async () => {
  await writeFile(join(shop.folder, '.git/file'), '');
  const built = await build({ environment: { HOME: join(shop.folder, '.git/file') } });
  expectEnding(built, subject, { decision: 'done', reasonCode: 'image-built' });
  expect(built.log).toMatch(/::warning::A cache is left out: the local cache .* cannot be written/u);
});

test('a step that fails is not tried again', async () => {
  await shop.commit({ Dockerfile: `${STEPS}RUN --network=none echo "failed to push x: 503 Service Unavailable" && exit 3\n` });
  const built = await build();
  expectEnding(built, subject, { decision: 'failed', reasonCode: 'image-build-failed' });
  expect(built.log.match(/did not complete successfully: exit code: 3/gu)?.length).toBeGreaterThan(0);
  expect(built.log).not.toContain('attempt 2');
  expect(await registry.image(`shop:production-${shop.sha}`)).toBeNull();
});

test('a registry that is not there is no absent image: nothing is built', async () => {
  await using elsewhere = await openScratchShop(`127.0.0.1:${await freePort()}/shop`);
  const built = await build({ workspace: elsewhere.folder, inputs: { sha: elsewhere.sha } });
  expectEnding(built, subject, { decision: 'failed', reasonCode: 'registry-unavailable' });
  expect(built.log).not.toContain('Build and push');
});

test('a Dockerfile that is not there is named, with the one that is', async () => {
  const config = await readFile(join(shop.folder, CONFIG_FILE), 'utf8');
  await shop.commit({ [CONFIG_FILE]: config.replace('dockerfile: Dockerfile', 'dockerfile: apps/Dockerfile') });
  const built = await build();
  expectEnding(built, subject, { decision: 'failed', reasonCode: 'invalid-config' });
  expect(annotations(built)[0]).toContain('Did you mean Dockerfile');
});
