import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction, type StartOptions } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { expectKept } from './stage/leaks.ts';
import { openShelf } from './stage/tools.ts';
import { openWorld, type World } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('build-vendure-image');
const REVISION = 'org.opencontainers.image.revision';
let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test('an image that the registry lacks is built from the checkout and pushed; the next run uses it as it is', async () => {
  const { main } = world.commits;
  await using first = await world.openRun();
  await using kept = await openFolder();
  const built = await build({ inputs: { 'summary-directory': kept.path }, environment: { ...first.environment, PATH: world.twin.shelf } });
  expectEnding(built, subject, { decision: 'done', reasonCode: 'image-built' });
  const image = await world.twin.registry.image({ repository: 'shop-production', reference: `production-${main}` });
  expect(image?.config.Labels[REVISION]).toBe(main);
  expect(built.outputs).toMatchObject({ source: 'built', 'image-tag': `production-${main}`, 'image-digest': image?.digest });

  const [, summary] = (await kept.texts()).find(([name]) => name === `vendure-image-build-production-${main}.summary.json`) ?? [];
  expect(JSON.parse(summary ?? '')).toMatchObject({ source: 'built', digest: image?.digest, 'label-check': { label: main, matches: true }, attempts: [{ ended: 'ok' }], phases: { 'look-up': expect.any(Number), build: expect.any(Number), 'read-back': expect.any(Number) } });

  await using second = await world.openRun();
  const reused = await build({ environment: { ...second.environment, PATH: '/nowhere' } });
  expectEnding(reused, subject, { decision: 'done', reasonCode: 'image-reused' });
  expect(reused.outputs).toMatchObject({ source: 'reused', 'image-digest': image?.digest });
  expect(second.writes()).toBe(0);
});

test('a checkout of another commit is not built, and nothing is pushed', async () => {
  await using run = await world.openRun();
  const ended = await build({ inputs: { sha: world.commits.develop }, environment: run.environment });
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'checkout-mismatch' });
  expect(annotations(ended)[0]).toContain(`the workspace is at ${world.commits.main}, not at ${world.commits.develop}`);
  expect(run.writes()).toBe(0);
});

test('a docker that prints its login and fails: the login does not get out, what it said does', async () => {
  await using run = await world.openRun();
  await using shelf = await openShelf('docker', `${READY}
    const login = require('node:fs').readFileSync(process.env.DOCKER_CONFIG + '/config.json', 'utf8');
    const { auth } = Object.values(JSON.parse(login).auths)[0];
    console.log(login);
    console.error('ERROR: denied: ' + Buffer.from(auth, 'base64') + ' as ' + auth);
    console.log('::error::forged');
    process.exit(1);`);
  await using kept = await openFolder();
  const ended = await build({ inputs: { 'image-tag': 'loud', 'summary-directory': kept.path }, environment: { ...run.environment, PATH: shelf.path } });
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'image-build-failed' });
  expectKept(ended, world.twin.credentials.flyApiToken);
  // What is uploaded is not masked by GitHub: neither the log nor the summary may have it.
  for (const [name, text] of await kept.texts()) expect({ name, text }).not.toEqual({ name, text: expect.stringContaining(world.twin.credentials.flyApiToken) });
  const { log, summary } = Object.fromEntries((await kept.texts()).map(([name, text]) => [name.split('.').at(-1) === 'log' ? 'log' : 'summary', text]));
  expect(log).toContain('ERROR: denied: x:*** as ***');
  expect(JSON.parse(summary ?? '')).toMatchObject({ 'reason-code': 'image-build-failed', source: null, digest: null, attempts: [{ ended: 'build-failed', said: 'denied: x:*** as ***' }], phases: { build: expect.any(Number) } });
  expect(ended.log).toContain('ERROR: denied: x:***');
  expect(annotations(ended)).toEqual([expect.stringContaining("docker ended with exit code 1, and registry.fly.io/shop-production has no loud (denied: x:*** as ***). The end of docker's own log above says why")]);
});

test('cancelled while docker hangs: it ends in time, and with it docker and what docker started', async () => {
  await using run = await world.openRun();
  await using shelf = await openShelf('docker', `${READY}
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'console.log("both hang"); setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    child.unref();
    setInterval(() => {}, 1000);`);
  await Promise.all((['SIGINT', 'SIGTERM'] as const).map(async (name) => {
    const ended = await build({ inputs: { 'image-tag': 'hangs' }, environment: { ...run.environment, PATH: shelf.path }, signals: [{ name, when: /both hang/u }] });
    expect(ended.secondsAfterSignal).toBeLessThan(7);
    expectEnding(ended, subject, { decision: 'unknown', reasonCode: 'cancelled' });
  }));
  expect(run.writes()).toBe(0);
});

/** What docker answers before it is told to build. */
const READY = `if (process.argv[3] !== 'build') {
      console.log('github.com/docker/buildx v0.29.1\\nName: default\\nDriver: docker');
      process.exit();
    }`;

/** A folder for what the action keeps. */
async function openFolder(): Promise<AsyncDisposable & { path: string; texts(): Promise<[string, string][]> }> {
  const path = await mkdtemp(join(tmpdir(), 'kept-'));
  return {
    path,
    texts: async () => Promise.all((await readdir(path)).map(async (name): Promise<[string, string]> => [name, await readFile(join(path, name), 'utf8')])),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

function build({ inputs = {}, ...more }: Omit<StartOptions, 'folder'>): Promise<ActionRun> {
  const { commits, twin, checkout } = world;
  return startAction({ folder: subject.folder, workspace: checkout, inputs: { environment: 'production', sha: commits.main, 'registry-token': twin.credentials.flyApiToken, ...inputs }, ...more });
}
