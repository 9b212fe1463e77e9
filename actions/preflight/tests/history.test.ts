import { expect, test } from '@jest/globals';
import type { GitHubClient } from '@vendure-deploy/shared/providers/github';
import { notOlder, onDefaultBranch } from '../src/checks/history.ts';
import { pendingMigrations } from '../src/checks/pending-migrations.ts';

const sha = 'a'.repeat(40);
const repository = 'example/shop';

test.each([
  ['identical', false, 'ok'], ['behind', false, 'ok'],
  ['ahead', false, 'failed'], ['diverged', false, 'failed'], ['diverged', true, 'warning'],
] as const)('a commit %s of the default branch (allow-non-main %s) → %s', async (status, allowed, expected) => {
  expect(await onDefaultBranch(github({ compare: () => Promise.resolve(status) }), repository, sha, allowed)).toMatchObject({ status: expected });
});

test.each([
  ['ahead', false, 'ok'], ['diverged', false, 'ok'], ['behind', false, 'failed'], ['behind', true, 'warning'],
] as const)('a commit %s of what serves (allow-older %s) → %s', async (status, allowed, expected) => {
  const asked = github({ compare: () => Promise.resolve(status) });
  expect(await notOlder({ serving: { sha: 'b'.repeat(40) }, github: asked, repository, sha, allowed })).toMatchObject({ status: expected });
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
  expect(await pendingMigrations({ github: asked, repository, serving: 'b'.repeat(40), sha, glob: GLOB, allowed })).toMatchObject({ status: expected });
});

test('when what serves cannot be read, a pending migration is not ruled out', async () => {
  expect(await pendingMigrations({ github: github({}), repository, serving: null, sha, glob: GLOB, allowed: false })).toMatchObject({ status: 'failed' });
});

function github(answers: Partial<GitHubClient>): GitHubClient {
  return {
    defaultBranch: () => Promise.resolve('main'), candidates: () => Promise.resolve({ branch: null, tag: null, commit: null }), compare: () => Promise.resolve('identical'),
    changedFiles: () => Promise.resolve({ files: [], complete: true }), runStatus: () => Promise.resolve({ kind: 'active' }), ...answers,
  };
}
