import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction } from '../../src/index.ts';
import { subjectOf } from '../stage/actions.ts';
import { CONFIG_FILE, promotingConfig } from '../stage/config.ts';
import { type DockerRegistry, openDockerRegistry } from '../stage/docker-registry.ts';
import { annotations, expectEnding } from '../stage/ending.ts';
import { push, SHA } from '../stage/registry.ts';

jest.setTimeout(60_000);

const subject = subjectOf('build-vendure-image');
let registry: DockerRegistry;
let other: DockerRegistry;
let cases = 0;

beforeAll(async () => { [registry, other] = await Promise.all([openDockerRegistry(), openDockerRegistry()]); });
afterAll(async () => { await Promise.all([registry[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]); });

test.each([[false], [true]])("staging's image becomes production's by mounts, with its digest; an index with its attestation: %s", async (attested) => {
  const [staging, production] = names();
  const pushed = await seed(staging, attested);
  const ended = await promote(`${registry.host}/${production}`, `${registry.host}/${staging}`);
  expectEnding(ended, subject, { decision: 'done', reasonCode: 'image-promoted' });
  expect(ended.log).toMatch(/of \d+ layers mounted, no byte of a layer went through this job/);
  expect(ended.outputs['image-digest']).toBe(pushed.digest);
  expect(await registry.image(`${production}:production-${SHA}`)).toMatchObject({ digest: pushed.digest, labels: { 'org.opencontainers.image.revision': SHA } });

  const again = await promote(`${registry.host}/${production}`, `${registry.host}/${staging}`);
  expectEnding(again, subject, { decision: 'done', reasonCode: 'image-reused' });
});

test('to another registry the layers are streamed, with the digest', async () => {
  const [staging, production] = names();
  const pushed = await seed(staging, true);
  const ended = await promote(`${other.host}/${production}`, `${registry.host}/${staging}`);
  expectEnding(ended, subject, { decision: 'done', reasonCode: 'image-promoted' });
  expect(ended.log).toMatch(/0 of 6 layers mounted, 6 layers \(1 MB\) went through this job/);
  expect(await other.image(`${production}:production-${SHA}`)).toMatchObject({ digest: pushed.digest });
});

test('neither has the image: an absence, although the repositories are not even known', async () => {
  const [staging, production] = names();
  const ended = await promote(`${registry.host}/${production}`, `${registry.host}/${staging}`);
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'not-prebuilt' });
});

test('a login that is not taken is no absence', async () => {
  const [staging, production] = names();
  const ended = await promote(`${registry.host}/${production}`, `${registry.host}/${staging}`, 'another-token');
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'registry-unavailable' });
  expect(annotations(ended)[0]).toMatch(/the registry answered 401 UNAUTHORIZED/);
});

function names(): [staging: string, production: string] {
  cases += 1;
  return [`shop-staging-${cases}`, `shop-production-${cases}`];
}

function seed(repository: string, attested: boolean): ReturnType<typeof push> {
  return push(`http://${registry.host}`, { repository, tag: `staging-${SHA}`, attested, token: registry.token });
}

function promote(production: string, staging: string, token = registry.token): Promise<ActionRun> {
  return startAction({ folder: subject.folder, files: { [CONFIG_FILE]: promotingConfig({ production, staging }) }, inputs: { environment: 'production', sha: SHA, 'registry-token': token, 'require-prebuilt': 'true' } });
}
