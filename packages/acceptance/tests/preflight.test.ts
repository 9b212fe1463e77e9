import { expect, jest, test } from '@jest/globals';
import type { TwinRun } from '@vendure-deploy/twin';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { CONFIG_FILE } from './stage/config.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openSilence } from './stage/silence.ts';
import { readOnlyWorld } from './stage/read-only.ts';
import { REPOSITORY, type World } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('preflight');
let world: World;
let run: TwinRun;

// Preflight only reads.
readOnlyWorld((opened, itsRun) => void ([world, run] = [opened, itsRun]));

test.each([
  ['a branch', () => 'main'],
  ['its full name', () => 'refs/heads/main'],
  ['a SHA', (main: string) => main],
  ['a SHA in capitals', (main: string) => main.toUpperCase()],
])('ready: %s becomes one SHA and one image tag, and nothing is written anywhere', async (_, refOf) => {
  const { main } = world.commits;
  const before = run.requests().length;
  const ended = await preflight({ ref: refOf(main) }, run.environment);
  expectEnding(ended, subject, { decision: 'done', reasonCode: 'ready' });
  expect(ended.outputs).toMatchObject({ sha: main, 'image-tag': `production-${main}` });
  expect(new Set(run.requests().slice(before).map(({ host }) => host))).toEqual(new Set(['api.github.com', 'github.com', 'api.machines.dev', 'api.fly.io', 'registry.fly.io', 'api.cloudflare.com']));
  expect(ended.summary).toContain('| Fly token | ok |');
});

test('ref=develop, typed as one would on a command line, is caught with what to type, before anybody is asked', async () => {
  await using silence = await openSilence();
  const ended = await preflight({ ref: 'ref=develop' }, silence.environment);
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'invalid-input' });
  expect(annotations(ended)).toEqual(['preflight: input `ref` is "ref=develop". Type only the branch, tag or SHA: develop']);
  expect(silence.connections()).toBe(0);
});

test.each<[string, (commits: World['commits']) => Record<string, string>, string, string | RegExp]>([
  ['a branch that is not there', () => ({ ref: 'develpo' }), 'ref-not-found', `${REPOSITORY}: there is no branch, tag or commit "develpo".`],
  ['a name that git does not allow', () => ({ ref: 'main..develop' }), 'invalid-input', 'which git does not allow as a name'],
  ['a commit that is not on the default branch', () => ({ ref: 'develop' }), 'commit-not-allowed', 'Merge it into main, or run with allow_non_main=true.'],
  ['a wrong Fly token', () => ({ 'fly-api-token': 'fo1_wrong' }), 'not-ready', 'fly tokens create deploy -a shop-production'],
  ['a wrong Cloudflare token', () => ({ 'cloudflare-api-token': 'x'.repeat(40) }), 'not-ready', 'Create a token with "Workers Scripts: Edit"'],
  ['no Fly token at all', () => ({ 'fly-api-token': '' }), 'not-ready', 'the input `fly-api-token` is empty'],
])('%s is refused with what to type, and nothing is written', async (_, inputs, reasonCode, sentence) => {
  const ended = await preflight(inputs(world.commits), run.environment);
  expectEnding(ended, subject, { decision: 'failed', reasonCode });
  expect(annotations(ended)).toEqual([expect.stringMatching(/^preflight: /u)]);
  expect(annotations(ended)[0]).toContain(sentence);
  expect(ended.outputs).toMatchObject({ sha: '', 'image-tag': '' });
});

test('a commit that is older than what serves is refused, and let through by name', async () => {
  const { previous, main } = world.commits;
  world.shop.dashboard.sha = main;
  const refused = await preflight({ ref: previous }, run.environment);
  expectEnding(refused, subject, { decision: 'failed', reasonCode: 'commit-not-allowed' });
  expect(annotations(refused)[0]).toContain(`dashboard does not go back: ${main} serves and is newer than ${previous}.`);
  expectEnding(await preflight({ ref: previous, 'allow-older': 'true' }, run.environment), subject, { decision: 'done', reasonCode: 'ready' });
  world.shop.dashboard.sha = previous;
});

test('a lock that another run holds is a warning that names it, and no obstacle', async () => {
  const giveBack = await world.twin.github.holdLock(REPOSITORY, 'production', 'another-run');
  const ended = await preflight({}, run.environment);
  expectEnding(ended, subject, { decision: 'done', reasonCode: 'ready' });
  expect(ended.log).toMatch(/^::warning::preflight: deploy lock: held by example\/shop run \d+ attempt 1, job vendure, by @colleague/mu);
  expect(await world.twin.github.lock('production')).not.toBe('free');
  await giveBack();
});

test("the lock of another repository is looked at with a token of its own; without one the deploy ends before anything is built", async () => {
  const shared = { ...world.files, [CONFIG_FILE]: (world.files[CONFIG_FILE] ?? '').replace('    sla-seconds: 900\n', '    sla-seconds: 900\n    lock: { repository: example/elsewhere }\n') };
  await world.twin.github.createRepository('example/elsewhere', world.twin.github.bare(REPOSITORY));
  const giveBack = await world.twin.github.holdLock('example/elsewhere', 'production', 'another-run');
  const refused = await preflight({}, run.environment, shared);
  expectEnding(refused, subject, { decision: 'failed', reasonCode: 'not-ready' });
  expect(annotations(refused)[0]).toContain('gh secret set LOCK_TOKEN --env production');
  const looked = await preflight({ 'lock-token': world.twin.github.issueToken({ contents: 'write', actions: 'read' }) }, run.environment, shared);
  expectEnding(looked, subject, { decision: 'done', reasonCode: 'ready' });
  expect(looked.outputs['lock-repository']).toBe('example/elsewhere');
  expect(looked.log).toMatch(/^::warning::preflight: deploy lock: held by example\/elsewhere run \d+/mu);
  await giveBack();
});

function preflight(inputs: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>>, files = world.files): Promise<ActionRun> {
  const { flyApiToken, cloudflareApiToken } = world.twin.credentials;
  return startAction({
    folder: subject.folder,
    inputs: { environment: 'production', ref: 'main', 'github-token': world.githubToken, 'fly-api-token': flyApiToken, 'cloudflare-api-token': cloudflareApiToken, ...inputs },
    environment,
    files,
  });
}
