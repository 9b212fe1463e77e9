import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { buildImage } from '@vendure-deploy/twin';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { CONFIG_FILE, promotingConfig } from './stage/config.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openShelf, type Shelf } from './stage/tools.ts';
import { openWorld, type World } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('build-vendure-image');
const config = promotingConfig({ production: 'registry.fly.io/shop-production', staging: 'registry.fly.io/shop-staging' });
type Image = Awaited<ReturnType<typeof buildImage>>;

let world: World;
let shelf: Shelf;
let directory: string;
let sha: string;
let cases = 0;

// docker must not be started here: this one leaves a mark.
beforeAll(async () => {
  world = await openWorld();
  world.twin.fly.addApp({ name: 'shop-staging', hosts: [], secrets: {} });
  directory = await mkdtemp(join(tmpdir(), 'image-ways-'));
  await writeFile(join(directory, 'Dockerfile'), 'FROM node:24\nCOPY . .\nCMD ["node", "x.js"]\n');
  shelf = await openShelf('docker', `require('node:fs').writeFileSync(${JSON.stringify(join(directory, 'docker-was-started'))}, ''); process.exit(1);`);
});
afterAll(async () => {
  await shelf[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => { sha = (cases += 1).toString(16).padStart(40, '0'); });

interface Case {
  /** Of which commit production and staging have an image under this commit's tag; none: null. `own`: this one. */
  readonly production: 'own' | 'another' | 'unlabelled' | null;
  readonly staging: 'own' | 'another' | null;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly faults?: readonly string[];
  readonly reason: string;
  readonly source: string;
  readonly says?: RegExp;
}

test.each<[string, Case]>([
  ['production has it', { production: 'own', staging: null, reason: 'image-reused', source: 'reused' }],
  ['both have it, built twice', { production: 'own', staging: 'own', reason: 'image-conflict', source: 'reused', says: /the commit was built twice/ }],
  ['staging has it', { production: null, staging: 'own', reason: 'image-promoted', source: 'promoted', says: /layers mounted, no byte of a layer went through this job/ }],
  ['staging has it, and it may not be copied', { production: null, staging: 'own', inputs: { 'promote-from': 'none' }, reason: 'not-prebuilt', source: '' }],
  ['nobody has it', { production: null, staging: null, reason: 'not-prebuilt', source: '', says: /has no production-0+\w+, and staging has no image of that commit either; `require-prebuilt` forbids building it here/ }],
  ["production's tag is another commit's", { production: 'another', staging: 'own', reason: 'image-label-mismatch', source: '', says: /says that it was built from f{40}, not from/ }],
  ["production's tag says no commit", { production: 'unlabelled', staging: 'own', reason: 'image-label-mismatch', source: '', says: /from no commit at all/ }],
  ["staging's tag is another commit's", { production: null, staging: 'another', reason: 'image-label-mismatch', source: '' }],
  ['production cannot be read', { production: 'own', staging: 'own', faults: ['registry GET /v2/shop-production/manifests/* 1- 403'], reason: 'registry-unavailable', source: '', says: /That is no proof that it does not, so nothing was built\. Check the token/ }],
  ['staging cannot be read', { production: null, staging: 'own', faults: ['registry GET /v2/shop-staging/manifests/* 1- 403'], reason: 'registry-unavailable', source: '' }],
  ['staging cannot be read, and production has it', { production: 'own', staging: 'own', faults: ['registry GET /v2/shop-staging/manifests/* 1- 403'], reason: 'image-reused', source: 'reused' }],
  ['staging does not answer, and production has it', { production: 'own', staging: 'own', faults: ['registry GET /v2/shop-staging/manifests/* 1- hang'], reason: 'image-reused', source: 'reused' }],
  ['a layer of production is gone', { production: 'own', staging: 'own', faults: ['registry * /v2/shop-production/blobs/** 1- 404 {"errors":[{"code":"BLOB_UNKNOWN","message":"gone"}]}'], reason: 'image-unusable', source: '', says: /is not in the registry\. It was not built over/ }],
  ['no mount is allowed', { production: null, staging: 'own', faults: ['registry POST /v2/shop-production/blobs/uploads/ 1- refuse-mount'], reason: 'image-promoted', source: 'promoted', says: /layers? \(\d+ MB\) went through this job/ }],
  ['the tag is not taken', { production: null, staging: 'own', faults: ['registry PUT /v2/shop-production/manifests/* 1- 403'], reason: 'image-copy-failed', source: '' }],
  ['an image is given by its tag', { production: null, staging: 'own', inputs: { image: 'registry.fly.io/shop-staging:staging-SHA' }, reason: 'image-promoted', source: 'promoted' }],
  ['an image is given, and production has another', { production: 'own', staging: 'own', inputs: { image: 'registry.fly.io/shop-staging:staging-SHA' }, reason: 'image-conflict', source: '', says: /neither was touched/ }],
  ["an image is given, which is another commit's", { production: null, staging: 'another', inputs: { image: 'registry.fly.io/shop-staging:staging-SHA' }, reason: 'image-label-mismatch', source: '' }],
  ['an image is given that is not there', { production: null, staging: null, inputs: { image: 'registry.fly.io/shop-staging:v1' }, reason: 'not-prebuilt', source: '', says: /which the registry does not have/ }],
  ['an image is given by a tag and a digest that disagree', { production: null, staging: 'own', inputs: { image: `registry.fly.io/shop-staging:staging-SHA@sha256:${'0'.repeat(64)}` }, reason: 'image-label-mismatch', source: '', says: /but that tag names sha256:/ }],
  ["an image of production's own is given", { production: 'own', staging: null, inputs: { image: 'registry.fly.io/shop-production:production-SHA' }, reason: 'image-reused', source: 'reused' }],
])('%s', async (_name, { production, staging, inputs = {}, faults = [], reason, source, says }) => {
  const own = await seed('shop-production', 'production', production);
  const theirs = await seed('shop-staging', 'staging', staging);
  await using run = await world.openRun(...faults);
  const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, value.replace('SHA', sha)]));
  const ended = await ask({ inputs: given, environment: { ...run.environment, PATH: shelf.path } });

  expectEnding(ended, subject, { decision: source === '' ? 'failed' : 'done', reasonCode: reason });
  expect(existsSync(join(directory, 'docker-was-started'))).toBe(false);
  if (says !== undefined) expect(ended.log).toMatch(says);
  const now = (await world.twin.registry.image({ repository: 'shop-production', reference: `production-${sha}` }))?.digest ?? null;
  expect(now).toBe(source === 'promoted' ? theirs : own);
  expect(ended.outputs).toMatchObject({ source, 'image-digest': source === '' ? '' : now, 'platform-digest': source === '' ? '' : now });
  // Layers that hang on nothing, where a copy came as far as its tag.
  if (source !== 'promoted' && reason !== 'image-copy-failed') expect(run.writes()).toBe(0);
  expect(run.faultReport().filter(({ fired }) => fired === 0)).toEqual([]);
  expect(await summary()).toMatchObject({
    'schema-version': 1, environment: 'production', sha, 'reason-code': reason, source: source === '' ? null : source, digest: source === '' ? null : now,
    'label-check': source === '' ? null : { label: sha, matches: true }, phases: { 'look-up': expect.any(Number) },
    ...(source === 'promoted' ? { copy: { ended: 'copied' }, 'promoted-from': { digest: theirs } } : {}),
  });
});

test.each<[string, Record<string, string>, RegExp]>([
  ['a short SHA', { sha: 'abc1234' }, /input `sha` is "abc1234"\. Allowed: a full commit SHA/],
  ['a tag with a slash', { 'image-tag': 'a/b' }, /input `image-tag` is "a\/b"/],
  ['an image in upper case', { image: 'registry.fly.io/Shop:v1' }, /lower case/],
  ['an environment that is not there', { environment: 'prod' }, /input `environment` is "prod"\. Allowed by the deploy configuration: production, staging/],
  ['a source that is not there', { 'promote-from': 'stage' }, /`promote-from` is "stage"\. Allowed: staging, or none/],
  ['the environment as its own source', { 'promote-from': 'production' }, /the environment itself/],
  ['a token of two lines', { 'registry-token': 'token-one\ntoken-two' }, /registry token has a line break/],
  ['a lock without a token that renews it', { 'lock-nonce': 'n', 'github-token': '' }, /input `lock-nonce` is given without `github-token`/],
  ['a build secret that is none', { 'build-secrets': 'nonsense' }, /input `build-secrets`: line 1 is not NAME=VALUE/],
])('%s is refused before any request, in one sentence', async (_name, inputs, words) => {
  await using run = await world.openRun();
  const ended = await ask({ inputs, environment: { ...run.environment, PATH: shelf.path } });
  expect(ended.exitCode).toBe(1);
  expect(annotations(ended).join('\n')).toMatch(words);
  expect(run.requests()).toEqual([]);
});

test('with a lock that it was told of the tag is written only while that is held, and the lock is renewed right before it', async () => {
  const theirs = await seed('shop-staging', 'staging', 'own');
  await using run = await world.openRun();
  const environment = { ...run.environment, PATH: shelf.path };
  const taken = await startAction({ folder: subjectOf('deploy-lock').folder, inputs: { operation: 'acquire', environment: 'production', 'github-token': world.githubToken }, environment: run.environment });
  const nonce = taken.outputs['nonce'] ?? '';

  const lost = await ask({ inputs: { 'lock-nonce': 'of-another', 'github-token': world.githubToken }, environment });
  expectEnding(lost, subject, { decision: 'failed', reasonCode: 'fence-lost' });
  expect(annotations(lost)[0]).toMatch(/the deploy lock of production is not this run's: it is held by example\/shop run 1001 .* No tag was written\./u);
  expect(await world.twin.registry.image({ repository: 'shop-production', reference: `production-${sha}` })).toBeNull();

  const held = await ask({ inputs: { 'lock-nonce': nonce, 'github-token': world.githubToken }, environment });
  expectEnding(held, subject, { decision: 'done', reasonCode: 'image-promoted' });
  expect(held.outputs['image-digest']).toBe(theirs);
  expect((await world.lockHistory())[0]).toBe('deploy-lock production: renew #2 [skip ci]');
  const writes = run.requests().filter(({ method, path }) => (method === 'PATCH' && path.includes('/git/refs/')) || (method === 'PUT' && path.endsWith(`/manifests/production-${sha}`)));
  expect(writes.map(({ provider }) => provider)).toEqual(['github', 'registry']);
});

test("an app that Fly does not have is told apart from a registry that is unwell, with the command to type", async () => {
  await using run = await world.openRun();
  const ended = await ask({ environment: { ...run.environment, PATH: shelf.path }, config: config.replaceAll('shop-production', 'no-such-app') });
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'app-not-found' });
  expect(annotations(ended)[0]).toContain('fly apps create no-such-app');
  // One question after the challenge: a registry that is unwell would have been asked again.
  expect(run.requests().filter(({ provider, path }) => provider === 'registry' && path.includes('/no-such-app/')).map(({ status }) => status)).toEqual([401, 404]);

  await using unwell = await world.openRun('registry GET /v2/shop-production/manifests/* 1- 404 {"errors":[{"code":"NAME_UNKNOWN","message":"app repository not found"}]}');
  const later = await ask({ environment: { ...unwell.environment, PATH: shelf.path }, inputs: { 'registry-timeout-seconds': '5' } });
  expectEnding(later, subject, { decision: 'failed', reasonCode: 'registry-unavailable' });
});

async function seed(repository: string, environment: string, of: Case['production']): Promise<string | null> {
  if (of === null) return null;
  return world.twin.registry.pushImage(repository, `${environment}-${sha}`, await imageOf(environment, of));
}

async function imageOf(environment: string, of: 'own' | 'another' | 'unlabelled'): Promise<Image> {
  // Of each environment bytes of its own: built twice, a commit has two digests.
  await writeFile(join(directory, 'x.js'), `// ${environment} ${sha}\n`);
  const revision = of === 'own' ? sha : 'f'.repeat(40);
  return buildImage({ context: directory, dockerfile: join(directory, 'Dockerfile'), labels: of === 'unlabelled' ? {} : { 'org.opencontainers.image.revision': revision } });
}

async function ask({ inputs = {}, environment, config: text = config }: { inputs?: Readonly<Record<string, string>>; environment: Readonly<Record<string, string>>; config?: string }): Promise<ActionRun> {
  return startAction({
    folder: subject.folder, environment, files: { [CONFIG_FILE]: text },
    inputs: { environment: 'production', sha, 'registry-token': world.twin.credentials.flyApiToken, 'require-prebuilt': 'true', 'summary-directory': join(directory, 'summary'), ...inputs },
  });
}

async function summary(): Promise<unknown> {
  const name = (await readdir(join(directory, 'summary'))).find((file) => file.includes(sha) && file.endsWith('.summary.json'));
  return name === undefined ? null : JSON.parse(await readFile(join(directory, 'summary', name), 'utf8'));
}
