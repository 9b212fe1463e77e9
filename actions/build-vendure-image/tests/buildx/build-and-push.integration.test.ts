import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import { processRedactor, Secret } from '@vendure-deploy/shared/secrets';
import { buildAndPush } from '../../src/buildx/index.ts';
import type { AppExists, BuildRequest, Built } from '../../src/buildx/types.ts';
import { openStage, type Stage } from './stage/request.ts';
import { runtimeToken } from './stage/runtime-token.ts';
import { type Answers, openScriptedDocker, type Scene, type ScriptedDocker } from './stage/scripted-docker.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const ok: Scene = { digest };
const unwell: Scene = { exit: 1, lines: ['ERROR: failed to solve: failed to push registry.fly.io/shop:1: unknown: app repository not found'] };
const busy: Scene = { exit: 1, lines: ['ERROR: failed to solve: failed to push registry.fly.io/shop:1: unexpected status from HEAD request to https://registry.fly.io/v2/shop/blobs/sha256:1: 503 Service Unavailable'] };
const broken: Scene = { exit: 1, lines: ['ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1'] };

const path = process.env['PATH'];
let opened: AsyncDisposableStack;
beforeEach(() => { opened = new AsyncDisposableStack(); });
afterEach(async () => {
  process.env['PATH'] = path;
  await opened.disposeAsync();
});

async function setUp(scenes: Scene[], more: Partial<BuildRequest> = {}, answers: Answers = {}): Promise<{ docker: ScriptedDocker; stage: Stage; build(): Promise<Built> }> {
  const docker = opened.use(await openScriptedDocker(scenes, answers));
  const stage = opened.use(await openStage(more));
  process.env['PATH'] = docker.path;
  return { docker, stage, build: () => buildAndPush(stage.request) };
}

const endings = ({ attempts }: Built): string[] => attempts.map(({ ended }) => ended);
const warnings = ({ said }: Stage): string[] => said.filter((line) => line.startsWith('warning'));

test('a build that goes well: one attempt, docker\'s digest, a login for this call only', async () => {
  const { docker, stage, build } = await setUp([{ ...ok, lines: ['#1 building'] }]);
  expect(await build()).toEqual({ exitCode: 0, timedOut: false, digest, attempts: [{ seconds: expect.any(Number), cache: { from: [], to: [] }, ended: 'ok', said: '' }], cacheDropped: null });
  const [call] = await docker.builds();
  expect(call?.login).toEqual({ auths: { 'registry.fly.io': { auth: Buffer.from('x:fm2_the-token').toString('base64') } } });
  expect(await readdir(stage.request.temporary)).toEqual([]);
  expect(stage.said).toEqual(expect.arrayContaining(['group Build and push with docker', 'info   │ #1 building']));
  expect(await readFile(stage.request.logFile, 'utf8')).toContain('#1 building\n');
});

test.each<[name: string, scenes: Scene[], app: AppExists, ended: string[], asked: number, waits: number[]]>([
  ['a registry that is unwell once',           [unwell, ok],         'exists',  ['push-failed-transient', 'ok'], 1, [5_000]],
  ['unwell for as long as we try',             [unwell],             'exists',  ['push-failed-transient', 'push-failed-transient', 'push-failed-transient'], 1, [5_000, 10_000]],
  ['whether there is an app is not known',     [unwell, ok],         'unknown', ['push-failed-transient', 'ok'], 1, [5_000]],
  ['there is no app',                          [unwell, ok],         'missing', ['app-missing'], 1, []],
  ['busy, and then there is no app',           [busy, unwell, ok],   'missing', ['push-failed-transient', 'app-missing'], 1, [5_000]],
  ['busy twice',                               [busy, busy, ok],     'missing', ['push-failed-transient', 'push-failed-transient', 'ok'], 0, [5_000, 10_000]],
  ['a step that fails',                        [broken, ok],         'exists',  ['build-failed'], 0, []],
  ['busy, then a step that fails',             [busy, broken, ok],   'exists',  ['push-failed-transient', 'build-failed'], 0, [5_000]],
])('%s → %j', async (_name, scenes, app, ended, asked, waits) => {
  let questions = 0;
  const { docker, stage, build } = await setUp(scenes, { appExists: () => { questions += 1; return Promise.resolve(app); } });
  const built = await build();
  expect(endings(built)).toEqual(ended);
  expect({ questions, waits: stage.waits, calls: (await docker.builds()).length }).toEqual({ questions: asked, waits, calls: ended.length });
  expect(built.digest).toBe(ended.at(-1) === 'ok' ? digest : null);
  expect(built.attempts.at(-1)?.said).toBe(ended.at(-1) === 'ok' ? '' : (scenes[ended.length - 1] ?? scenes.at(-1))?.lines?.[0]?.slice('ERROR: '.length));
});

test('an app that cannot be asked for counts as not known', async () => {
  const { build } = await setUp([unwell, ok], { appExists: () => Promise.reject(new Error('no answer')) });
  expect(endings(await build())).toEqual(['push-failed-transient', 'ok']);
});

test('a push that is tried again exports no cache, and finds no metadata of the attempt before', async () => {
  const { docker, stage, build } = await setUp([{ ...busy, digest }, ok], {});
  stage.request.cache = { ...stage.request.cache, choice: 'local', registryCacheTo: true, registryReference: 'registry.fly.io/shop:cache' };
  const built = await build();
  expect(built.attempts.map(({ cache }) => cache)).toEqual([{ from: ['registry'], to: ['local', 'registry'] }, { from: ['registry'], to: [] }]);
  const [first, second] = await docker.builds();
  expect(first?.argv.filter((word) => word === '--cache-to')).toHaveLength(2);
  expect(second?.argv).not.toContain('--cache-to');
  expect(second?.metadataWasThere).toBe(false);
});

const gha = { ACTIONS_RUNTIME_TOKEN: runtimeToken({ now: Date.now() }), ACTIONS_CACHE_URL: 'http://127.0.0.1:9/', DOCKER_HOST: 'unix:///run/other.sock', GITHUB_TOKEN: 'not-for-docker' };

test('in CI docker gets GitHub\'s cache and its variables over a relay of ours; nothing else of the runner\'s', async () => {
  const { docker, stage, build } = await setUp([ok]);
  stage.request.cache.choice = 'auto';
  stage.request.environment = { ...stage.request.environment, ...gha };
  expect((await build()).attempts).toMatchObject([{ cache: { from: ['gha'], to: ['gha'] }, ended: 'ok' }]);
  const [call] = await docker.builds();
  expect(call?.environment).toMatchObject({ ACTIONS_RUNTIME_TOKEN: gha.ACTIONS_RUNTIME_TOKEN, ACTIONS_CACHE_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d{4,}\/$/), DOCKER_HOST: gha.DOCKER_HOST });
  expect(call?.environment).not.toHaveProperty('GITHUB_TOKEN');
  expect(JSON.stringify(call?.argv)).not.toContain(gha.ACTIONS_RUNTIME_TOKEN);
});

test('without GitHub\'s cache docker has none of its variables', async () => {
  const { docker, stage, build } = await setUp([ok]);
  stage.request.environment = { ...stage.request.environment, ...gha };
  await build();
  expect(Object.keys((await docker.builds())[0]?.environment ?? {}).filter((name) => name.startsWith('ACTIONS_'))).toEqual([]);
});

test.each(['politely', 'deafly'] as const)('an attempt that hangs %s ends at its deadline; the next one has no gha option, and all the time that is left', async (hangs) => {
  const { docker, stage, build } = await setUp([{ hangs }, ok], { attemptMs: 300 });
  stage.request.cache.choice = 'gha';
  stage.request.environment = { ...stage.request.environment, ...gha };
  const built = await build();
  expect(endings(built)).toEqual(['timed-out', 'ok']);
  expect(built).toMatchObject({ exitCode: 0, timedOut: false, digest, cacheDropped: expect.stringContaining('did not end in time') });
  expect(built.attempts[0]?.seconds).toBeLessThan(hangs === 'politely' ? 5 : 12);
  expect((await docker.builds())[1]?.argv.join(' ')).not.toContain('gha');
});

test('a builder in a container that may still wait for the cache is stopped before the next attempt', async () => {
  const { docker, stage, build } = await setUp([{ hangs: 'politely' }, ok], { attemptMs: 300 }, { inspect: 'Name: builder-1\nDriver: docker-container\n' });
  stage.request.cache.choice = 'gha';
  stage.request.environment = { ...stage.request.environment, ...gha };
  expect(endings(await build())).toEqual(['timed-out', 'ok']);
  expect(await docker.questions()).toContain('buildx stop builder-1');
  expect((await docker.builds())[0]?.environment['ACTIONS_CACHE_URL']).toBe(gha.ACTIONS_CACHE_URL);
});

test('without GitHub\'s cache a build that does not end is not begun again', async () => {
  const { build } = await setUp([{ hangs: 'politely' }], { deadlineMs: 600 });
  expect(await build()).toMatchObject({ timedOut: true, attempts: [{ ended: 'timed-out' }] });
});

test.each<[name: string, environment: Record<string, string>, answers: Answers, dropped: RegExp]>([
  ['a malformed token', { ...gha, ACTIONS_RUNTIME_TOKEN: 'word' }, {}, /is not a token of GitHub's cache/],
  ['buildx 0.13 for version 2', { ...gha, ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/', ACTIONS_CACHE_SERVICE_V2: 'True' }, { version: 'github.com/docker/buildx 0.13.1' }, /buildx 0\.13 is too old/],
  ['no variables', {}, {}, /the runner offers none/],
])('gha with %s: a warning, and no gha', async (_name, environment, answers, dropped) => {
  const { docker, stage, build } = await setUp([ok], {}, answers);
  stage.request.cache.choice = 'gha';
  stage.request.environment = { ...stage.request.environment, ...environment };
  expect(await build()).toMatchObject({ exitCode: 0, cacheDropped: expect.stringMatching(dropped) });
  expect(warnings(stage)).toEqual([expect.stringMatching(dropped)]);
  expect((await docker.builds())[0]?.argv.join(' ')).not.toContain('gha');
});

test('the classic driver exports nothing, and a warning says so', async () => {
  const { docker, stage, build } = await setUp([ok], {}, { driverStatus: 'null' });
  stage.request.cache.choice = 'local';
  expect(await build()).toMatchObject({ exitCode: 0, cacheDropped: expect.stringContaining('cannot export a cache') });
  expect((await docker.builds())[0]?.argv).not.toContain('--cache-to');
});

test('a cache that docker refuses after all: once more without any', async () => {
  const { stage, build } = await setUp([{ exit: 1, lines: ['ERROR: Cache export is not supported for the docker driver.'] }, ok]);
  stage.request.cache.choice = 'local';
  expect(await build()).toMatchObject({ exitCode: 0, attempts: [{ ended: 'cache-failed' }, { ended: 'ok', cache: { from: [], to: [] } }], cacheDropped: 'Cache export is not supported for the docker driver.' });
});

test('the local cache is renewed, not added to; a failed build leaves the old one', async () => {
  const { stage, build } = await setUp([ok, ok, broken]);
  stage.request.cache.choice = 'local';
  const { directory } = stage.request.cache;
  const content = (): Promise<string> => readFile(join(directory, 'index.json'), 'utf8');
  await build();
  expect(await content()).toBe('0');
  await writeFile(join(directory, 'of-the-first'), '');
  expect((await build()).attempts[0]?.cache).toEqual({ from: ['local'], to: ['local'] });
  expect({ content: await content(), files: await readdir(directory) }).toEqual({ content: '1', files: ['index.json'] });
  await build();
  expect(await content()).toBe('1');
  expect((await readdir(stage.folder)).filter((name) => name.startsWith('cache'))).toEqual(expect.not.arrayContaining(['cache.old']));
});

test('a cache directory that cannot be written: a warning, and the image is built', async () => {
  const { stage, build } = await setUp([ok]);
  await writeFile(join(stage.folder, 'file'), '');
  stage.request.cache = { ...stage.request.cache, choice: 'local', directory: join(stage.folder, 'file/cache') };
  expect(await build()).toMatchObject({ exitCode: 0, attempts: [{ cache: { from: [], to: [] } }], cacheDropped: expect.stringContaining('cannot be written') });
});

test('secrets go by the environment: none is in argv, in the log or in the build log', async () => {
  const { docker, stage, build } = await setUp([{ ...ok, lines: ['#5 0.1 token s3cret-npm-token x:fm2_the-token'] }], { secrets: { npm: new Secret('s3cret-npm-token') } });
  processRedactor.register('fm2_the-token');
  await build();
  const [call] = await docker.builds();
  expect(call?.argv).toEqual(expect.arrayContaining(['--secret', 'id=npm,env=BUILD_SECRET_1']));
  expect(call?.environment['BUILD_SECRET_1']).toBe('s3cret-npm-token');
  const texts = [...(call?.argv ?? []), ...stage.said, await readFile(stage.request.logFile, 'utf8')].join('\n');
  expect(texts).toContain('#5 0.1 token *** x:***');
  expect(texts).not.toMatch(/s3cret-npm-token|fm2_the-token/);
});

test('plugins, contexts and builders are the user\'s own; logins and their stores are not', async () => {
  const { docker, stage, build } = await setUp([ok]);
  const own = join(stage.folder, 'home/.docker');
  for (const folder of ['cli-plugins', 'buildx']) await mkdir(join(own, folder), { recursive: true });
  await writeFile(join(own, 'config.json'), JSON.stringify({ currentContext: 'here', credsStore: 'desktop', auths: { 'docker.io': { auth: 'b3RoZXI=' } } }));
  await build();
  const [call] = await docker.builds();
  expect(call?.environment['BUILDX_CONFIG']).toBe(join(own, 'buildx'));
  expect(call?.login).toEqual({ currentContext: 'here', auths: { 'registry.fly.io': expect.anything() } });
});

test('cancelled: docker is ended, and nothing is tried again', async () => {
  const cancel = new AbortController();
  const { docker, stage, build } = await setUp([{ hangs: 'politely', lines: ['#1 waiting'] }, ok], { signal: cancel.signal });
  const { log } = stage.request;
  stage.request.log = { ...log, info: (text) => { if (text.includes('#1 waiting')) cancel.abort(); } };
  expect(endings(await build())).toEqual(['cancelled']);
  expect(await docker.builds()).toHaveLength(1);
});

test.each<[name: string, prepare: (stage: Stage, docker: ScriptedDocker) => Promise<void> | void, answers: Answers, sentence: RegExp, code: string]>([
  ['no docker', (_stage, docker) => { process.env['PATH'] = join(docker.folder, 'empty'); }, {}, /there is no `docker` on PATH/, 'tool-unavailable'],
  ['no daemon', () => undefined, { inspect: 'Name:   default\nDriver: \nError:  Cannot connect to the Docker daemon at unix:///none.sock. Is the docker daemon running?\n' }, /cannot reach its builder: Cannot connect to the Docker daemon at unix:\/\/\/none\.sock/, 'tool-unavailable'],
  ['no Dockerfile', (stage) => { stage.request.dockerfile = 'apps/server/Dockerfile'; }, {}, /dockerfile is "apps\/server\/Dockerfile".*Did you mean Dockerfile\?/, 'invalid-config'],
  ['no Dockerfile anywhere', (stage) => { stage.request.dockerfile = 'x'; stage.request.workspace = stage.request.temporary; }, {}, /no Dockerfile at all/, 'invalid-config'],
  ['no context', (stage) => { stage.request.context = 'apps'; }, {}, /context is "apps"/, 'invalid-config'],
  // /dev/full: full(4), every write fails with ENOSPC.
  ['a full disk', (stage) => { stage.request.logFile = '/dev/full'; }, {}, /the disk is full/, 'disk-full'],
])('%s: one sentence, and docker builds nothing', async (_name, prepare, answers, sentence, code) => {
  const { docker, stage, build } = await setUp([ok], {}, answers);
  await prepare(stage, docker);
  const error: unknown = await build().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ message: expect.stringMatching(sentence), reasonCode: code });
  expect(await docker.builds()).toEqual([]);
  expect(await readdir(stage.request.temporary)).toEqual([]);
});

test.each([
  'docker: \'buildx\' is not a docker command.\nSee \'docker --help\'',
  'docker: unknown command: docker buildx\n\nRun \'docker --help\' for more information',
  'ERROR: BuildKit is enabled but the buildx component is missing or broken.',
])('a docker without buildx, which says %j', async (said) => {
  const { docker, stage, build } = await setUp([ok]);
  await writeFile(join(docker.folder, 'bin/docker'), `#!${process.execPath}\nconsole.error(${JSON.stringify(said)}); process.exit(1);\n`);
  const error: unknown = await build().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ reasonCode: 'tool-unavailable', message: expect.stringMatching(/this docker has no buildx \(it says: .*buildx/) });
  expect(await readdir(stage.request.temporary)).toEqual([]);
});
