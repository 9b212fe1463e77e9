import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openPreflightWorld, type PreflightWorld, UNTOUCHED } from './stage/preflight-world.ts';
import { REPOSITORY } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('preflight');
// Of a hexadecimal name, and of no commit.
const NO_COMMIT = 'ab'.repeat(20);
let world: PreflightWorld;

beforeAll(async () => {
  world = await openPreflightWorld();
  const { git, commits: { main, previous } } = world;
  await git('tag', 'v1', main);
  await git('-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'tag', '-a', '-m', 'one', 'v2', main);
  await git('-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'tag', '-a', '-m', 'of a tag', 'v3', 'v2');
  await git('tag', 'both', previous);
  for (const [name, sha] of [['both', main], ['feature/x-1', main], ['ref=develop', main], [previous, main], [NO_COMMIT, main], [previous.slice(0, 8), main]] as const) await git('update-ref', `refs/heads/${name}`, sha);
});
afterAll(async () => world[Symbol.asyncDispose]());

test.each<[string, (main: string, previous: string) => string, 'main' | 'previous', RegExp]>([
  ['a branch', () => 'main', 'main', /^branch main is [0-9a-f]{40}$/],
  ['a branch with a slash', () => 'feature/x-1', 'main', /^branch feature\/x-1/],
  ['a branch by its full name', () => 'refs/heads/main', 'main', /^branch main is [0-9a-f]{40}$/],
  ['a branch that is called ref=develop, by its full name', () => 'refs/heads/ref=develop', 'main', /^branch ref=develop/],
  ['a tag', () => 'v1', 'main', /^tag v1 is [0-9a-f]{40}$/],
  ['an annotated tag', () => 'v2', 'main', /^tag v2 is [0-9a-f]{40}$/],
  ['a tag of a tag', () => 'v3', 'main', /^tag v3 is [0-9a-f]{40}$/],
  ['a branch and a tag of one name', () => 'both', 'main', /a tag is called so as well, and the branch was taken; type refs\/tags\/both to mean the tag$/],
  ['the tag of those', () => 'refs/tags/both', 'previous', /^tag both is [0-9a-f]{40}$/],
  ['a SHA', (main) => main, 'main', /^sha [0-9a-f]{40} is [0-9a-f]{40}$/],
  ['a SHA in capitals', (main) => main.toUpperCase(), 'main', /^sha [0-9a-f]{40} is [0-9a-f]{40}$/],
  ['a short SHA', (main) => main.slice(0, 7), 'main', /^commit [0-9a-f]{7} is [0-9a-f]{40}$/],
  ['a SHA that a branch of another commit is called', (_, previous) => previous, 'previous', /a branch is called so as well, and the commit was taken; type refs\/heads\/[0-9a-f]{40} to mean the branch$/],
  ['that branch, by its full name', (_, previous) => `refs/heads/${previous}`, 'main', /^branch [0-9a-f]{40} is [0-9a-f]{40}$/],
  ['a branch that looks like a short SHA', (_, previous) => previous.slice(0, 8), 'main', /it looks like a short SHA, and the branch of that name was taken; type all 40 digits to mean a commit$/],
])('%s becomes one SHA, and a doubt is said', async (_, refOf, expected, evidence) => {
  const { main, previous } = world.commits;
  const { run, checks, traces } = await world.ask({ inputs: { ref: refOf(main, previous), 'allow-older': 'true', 'skip-auth-check': 'true' } });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  expect(run.outputs).toMatchObject({ sha: world.commits[expected], 'image-tag': `production-${world.commits[expected]}` });
  expect(checks['ref']).toMatchObject({ status: String(evidence).includes('taken') ? 'warning' : 'ok', evidence: expect.stringMatching(evidence) });
  expect(traces).toEqual(UNTOUCHED);
});

test.each<[string, string, string]>([
  ['a branch that is not there', 'develpo', `${REPOSITORY}: there is no branch, tag or commit "develpo". Type a branch, a tag or a SHA, and push it first.`],
  ['a branch of a remote', 'origin/main', 'Type it without the remote: main'],
  ['a full name that is not there', 'refs/tags/gone', 'there is no tag gone. Push it first, or correct the name.'],
  ['digits that no commit begins with', '00000000', 'type all 40 digits, as `git rev-parse 00000000` prints them.'],
  ['a SHA that only a branch is called', NO_COMMIT, `there is no commit ${NO_COMMIT}; only a branch is called so. Type refs/heads/${NO_COMMIT} to mean the branch.`],
  ['a SHA of nobody', 'cd'.repeat(20), 'Push it first, or correct the SHA.'],
])('%s is refused with what to type; what needs no commit is asked all the same', async (_, ref, sentence) => {
  const { run, checks, traces } = await world.ask({ inputs: { ref } });
  expectEnding(run, subject, { decision: 'failed', reasonCode: 'ref-not-found' });
  expect(annotations(run)).toEqual([expect.stringContaining(sentence)]);
  expect(run.outputs).toMatchObject({ sha: '', 'image-tag': '', 'backup-marker': '' });
  expect({ fly: checks['fly-token']?.status, image: checks['image'] }).toEqual({ fly: 'ok', image: expect.objectContaining({ status: 'skipped', evidence: 'not asked: "ref" failed' }) });
  expect(traces).toEqual(UNTOUCHED);
});

test('what is not on the default branch is refused for production, and let through by name, visibly', async () => {
  const refused = await world.ask({ inputs: { ref: 'develop' } });
  expectEnding(refused.run, subject, { decision: 'failed', reasonCode: 'commit-not-allowed' });
  expect(annotations(refused.run)[0]).toContain('Merge it into main, or run with allow_non_main=true.');
  const allowed = await world.ask({ inputs: { ref: 'develop', 'allow-non-main': 'true' } });
  expectEnding(allowed.run, subject, { decision: 'done', reasonCode: 'ready' });
  expect(allowed.checks['default-branch']).toMatchObject({ status: 'warning', evidence: expect.stringContaining('allow-non-main is set') });
});

test('the ref is asked about once: only the SHA travels', async () => {
  const { requests } = await world.ask({ inputs: { ref: 'feature/x-1' } });
  expect(requests.filter((line) => line.includes('feature'))).toEqual(expect.arrayContaining([expect.stringContaining('/git/ref/heads/feature/x-1')]));
  expect(requests.filter((line) => line.includes('/heads/feature'))).toHaveLength(1);
});
