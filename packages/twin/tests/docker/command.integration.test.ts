import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createFaultScript, type FaultScript } from '../../src/faults/index.ts';
import { startProxy, type Proxy } from '../../src/proxy/index.ts';
import { createRecorder } from '../../src/record/index.ts';
import { createRegistryWorld, type RegistryWorld } from '../../src/registry/index.ts';

const SHOP = resolve(import.meta.dirname, '../../../../examples/shop');
const REPOSITORY = 'registry.fly.io/shop-production';
const SHA = 'a'.repeat(40);
let directory: string;
let registry: RegistryWorld;
let proxy: Proxy;
let faults: FaultScript;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'docker-'));
  registry = createRegistryWorld({ directory: join(directory, 'registry'), token: 'secret', appExists: (name) => name === 'shop-production' });
  proxy = await startProxy({ directory: join(directory, 'proxy'), providers: [registry.provider], faults: () => faults, recorder: createRecorder(directory), speed: 10, latencyMs: 0 });
  await mkdir(join(directory, 'docker'));
  await writeFile(join(directory, 'docker/config.json'), JSON.stringify({ auths: { 'registry.fly.io': { auth: Buffer.from('x:secret').toString('base64') } } }));
});
beforeEach(() => { faults = createFaultScript([], { speed: 10 }); });
afterAll(async () => {
  await proxy.stop();
  await rm(directory, { recursive: true });
});

interface Ended { readonly code: number; readonly stdout: string; readonly stderr: string }

function docker(argv: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  const program = `import { main } from ${JSON.stringify(resolve(import.meta.dirname, '../../src/docker/main.ts'))};
    process.exitCode = await main(process.argv.slice(1), { control: '${proxy.url}' });`;
  return new Promise((done) => {
    execFile(process.execPath, ['--conditions=@vendure-deploy/source', '--input-type=module', '-e', program, '--', ...argv],
      { env: { PATH: process.env['PATH'] ?? '', ...proxy.environment, DOCKER_CONFIG: join(directory, 'docker'), ...environment } },
      (error, stdout, stderr) => { done({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }); });
  });
}

function buildShop(tag: string, ...more: string[]): Promise<Ended> {
  return docker(['buildx', 'build', '-f', join(SHOP, 'apps/server/Dockerfile'), '--platform', 'linux/amd64', '--provenance=false', '--sbom=false', '--progress', 'plain',
    '--label', `org.opencontainers.image.revision=${SHA}`, '--build-arg', `DEPLOY_SHA=${SHA}`, '--build-arg', 'BUILT_AT=2026-09-01T08:00:00Z',
    '--metadata-file', join(directory, `${tag}.json`), '--tag', `${REPOSITORY}:${tag}`, '--push', ...more, SHOP]);
}

test('builds the shop and pushes it: label, command and metadata are there', async () => {
  const ended = await buildShop('v1', '--cache-to', 'type=gha');
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('--cache-to type=gha is unused') });
  const image = await registry.image({ repository: 'shop-production', reference: 'v1' });
  expect(image?.config).toMatchObject({
    WorkingDir: '/shop', Cmd: ['node', 'apps/server/src/server.ts'], Labels: { 'org.opencontainers.image.revision': SHA },
    Env: expect.arrayContaining([`DEPLOY_SHA=${SHA}`, 'BUILT_AT=2026-09-01T08:00:00Z']),
  });
  const metadata: unknown = JSON.parse(await readFile(join(directory, 'v1.json'), 'utf8'));
  expect(metadata).toMatchObject({ 'containerimage.digest': image?.digest, 'image.name': `${REPOSITORY}:v1` });
});

test('caches and secrets are read and said to be unused', async () => {
  const flags = [['--cache-from', 'type=local,src=/c'], ['--cache-to', 'type=registry,ref=registry.fly.io/shop-production:cache,mode=min'], ['--secret', 'id=npm,env=NPM']];
  const ended = await buildShop('v2', ...flags.flat());
  expect(ended.code).toBe(0);
  for (const [flag, value] of flags) expect(ended.stderr).toContain(`${flag} ${value} is unused`);
});

test.each([
  ['exit 0 without-effect', 'f1', 0, false],
  ['exit 1 without-effect', 'f2', 1, false],
  ['exit 1 with-effect', 'f3', 1, true],
])('the fault "%s"', async (effect, tag, code, pushed) => {
  faults = createFaultScript([`tool docker 1 ${effect}`], { speed: 10 });
  expect((await buildShop(tag)).code).toBe(code);
  expect(await registry.image({ repository: 'shop-production', reference: tag }) !== null).toBe(pushed);
});

test('the fault "killed-after 100ms": nothing is pushed', async () => {
  faults = createFaultScript(['tool docker 1 killed-after 100ms'], { speed: 10 });
  expect((await buildShop('f4')).code).not.toBe(0);
  expect(await registry.image({ repository: 'shop-production', reference: 'f4' })).toBeNull();
  expect(faults.unfired()).toEqual([]);
});

test.each([
  ['a missing login', 'shop-production', '', [], 'unexpected status from'],
  ['an app that does not exist', 'no-app', 'docker', [], 'failed to push registry.fly.io/no-app:v9: unknown: app repository not found'],
  ['a registry that is unwell at the manifest', 'shop-production', 'docker', ['registry PUT /v2/*/manifests/* 1 503'], 'manifests/v9: 503'],
])('%s fails the push, and there is no tag', async (_name, app, login, lines, words) => {
  faults = createFaultScript(lines, { speed: 10 });
  const ended = await docker(['buildx', 'build', '-f', join(SHOP, 'apps/server/Dockerfile'), '-t', `registry.fly.io/${app}:v9`, '--push', SHOP], { DOCKER_CONFIG: join(directory, login) });
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
  expect(await registry.image({ repository: app, reference: 'v9' })).toBeNull();
});

test.each([
  [['version'], 0, 'Docker version'],
  [['buildx', 'version'], 0, 'buildx 0.29.1'],
  [['buildx', 'inspect'], 0, 'Driver:        docker'],
  [['info', '--format', '{{json .DriverStatus}}'], 0, 'io.containerd.snapshotter.v1'],
  [['info'], 1, 'does not understand "docker info"'],
  [['run', 'node'], 1, 'does not understand "docker run"'],
  [['buildx', 'build', '--ssh', 'default', '.'], 1, '--ssh'],
  [['buildx', 'build', '--platform', 'linux/arm64', '.'], 1, 'linux/arm64'],
  [['buildx', 'build', '--cache-to', 'type=s3,bucket=x', '.'], 1, 'unknown cache type "s3"'],
  [['buildx', 'build', '--cache-from', 'type=azblob', '.'], 1, 'unknown cache type "azblob"'],
  [['buildx', 'build', '--secret', 'npm', '.'], 1, 'invalid secret "npm"'],
  [['buildx', 'build', '--progress', 'loud', '.'], 1, 'invalid progress mode: loud'],
])('docker %j', async (argv, code, words) => {
  const ended = await docker(argv);
  expect(ended.code).toBe(code);
  expect(ended.stdout + ended.stderr).toContain(words);
});
