import { expect, test } from '@jest/globals';
import type { RunContext } from '@vendure-deploy/shared/action';
import type { GitHubClient } from '@vendure-deploy/shared/providers/github';
import { onDefaultBranch } from '../src/history.ts';
import { pendingMigrations } from '../src/migrations.ts';
import { readRef, resolveRevision } from '../src/revision.ts';
import { judge } from '../src/verdict.ts';

const sha = 'a'.repeat(40);
const run = { repository: 'example/shop', sha } as RunContext;

test.each([
  ['ref=develop', /Type only the branch, tag or SHA: develop$/],
  ['ref: develop', /Type only the branch, tag or SHA: develop$/],
  ['main branch', /git does not allow/],
  ['--upload-pack=x', /git does not allow/],
  ['a..b', /git does not allow/],
])('ref %j is refused with what to type', (text, message) => expect(() => readRef(text)).toThrow(message));

test.each(['', 'main', 'feature/x-1', 'v1.2.3', sha])('ref %j is a name to ask GitHub for', (text) => expect(readRef(text)).toBe(text));

test('an empty ref is the commit of the run, and a name that GitHub does not know is an error of the user', async () => {
  expect(await resolveRevision(github({}), run, '')).toMatchObject({ sha });
  await expect(resolveRevision(github({}), run, 'nowhere')).rejects.toMatchObject({ reasonCode: 'ref-not-found' });
  await expect(resolveRevision(github({}), run, 'abc1234')).rejects.toThrow(/all 40 digits/);
});

test.each([
  ['identical', false, 'ok'], ['behind', false, 'ok'],
  ['ahead', false, 'failed'], ['diverged', false, 'failed'], ['diverged', true, 'warning'],
] as const)('a commit %s of the default branch (allow-non-main %s) → %s', async (status, allowed, expected) => {
  expect(await onDefaultBranch(github({ compare: () => Promise.resolve(status) }), run.repository, sha, allowed)).toMatchObject({ status: expected });
});

const GLOB = 'apps/server/migrations/*.ts';
const added = (path: string): { path: string; status: string } => ({ path, status: 'added' });
test.each([
  ['nothing of the glob', [added('apps/server/src/x.ts')], true, false, 'ok'],
  ['a new migration', [added('apps/server/migrations/1-a.ts')], true, false, 'failed'],
  ['a new migration, allowed', [added('apps/server/migrations/1-a.ts')], true, true, 'warning'],
  ['a migration that was taken away', [{ path: 'apps/server/migrations/1-a.ts', status: 'removed' }], true, false, 'ok'],
  ['more files than GitHub lists', [added('x')], false, false, 'failed'],
] as const)('%s since what serves: files %j, all listed %s, allowed %s → %s', async (_, files, complete, allowed, expected) => {
  const asked = github({ changedFiles: () => Promise.resolve({ files, complete }) });
  expect(await pendingMigrations({ github: asked, repository: run.repository, serving: 'b'.repeat(40), sha, glob: GLOB, allowed })).toMatchObject({ status: expected });
});

test('when what serves cannot be read, a pending migration is not ruled out', async () => {
  expect(await pendingMigrations({ github: github({}), repository: run.repository, serving: null, sha, glob: GLOB, allowed: false })).toMatchObject({ status: 'failed' });
});

test('one failed check stops the deploy, and then no SHA travels', () => {
  const one = { seconds: 0, evidence: 'e', next: 'n' };
  expect(judge({ checks: [{ ...one, name: 'Fly token', status: 'failed' }, { ...one, name: 'deploy lock', status: 'ok' }], sha, from: 'branch main', imageTag: 't', serving: {} })).toMatchObject({ decision: 'failed', reasonCode: 'not-ready', outputs: {} });
  expect(judge({ checks: [{ ...one, name: 'deploy lock', status: 'warning' }], sha, from: 'branch main', imageTag: 't', serving: {} })).toMatchObject({ decision: 'done', outputs: { sha, 'image-tag': 't' } });
});

function github(answers: Partial<GitHubClient>): GitHubClient {
  return {
    defaultBranch: () => Promise.resolve('main'), resolve: () => Promise.resolve(null), compare: () => Promise.resolve('identical'), changedFiles: () => Promise.resolve({ files: [], complete: true }),
    runStatus: () => Promise.resolve({ kind: 'active' }), ...answers,
  };
}
