import { expect, test } from '@jest/globals';
import type { Comparison } from '@vendure-deploy/shared/providers/github';
import { notOlder, onDefaultBranch, type Since } from '../src/checks/history.ts';
import { pendingMigrations } from '../src/checks/pending-migrations.ts';

const sha = 'a'.repeat(40);
const serving = 'b'.repeat(40);
const since = (answer: Partial<Comparison>): Since => () => Promise.resolve({ status: 'ahead', files: [], complete: true, commits: [], total: 0, ...answer });

test.each([
  ['identical', false, 'ok'], ['behind', false, 'ok'],
  ['ahead', false, 'failed'], ['diverged', false, 'failed'], ['diverged', true, 'warning'],
] as const)('a commit %s of the default branch (allow-non-main %s) → %s', (status, allowed, expected) => {
  expect(onDefaultBranch({ branch: 'main', sha, status, allowed })).toMatchObject({ status: expected });
});

test.each([
  ['ahead', false, 'ok'], ['diverged', false, 'ok'], ['behind', false, 'failed'], ['behind', true, 'warning'],
] as const)('a commit %s of what serves (allow-older %s) → %s', async (status, allowed, expected) => {
  expect(await notOlder({ serving: { sha: serving }, since: since({ status }), sha, allowed })).toMatchObject({ status: expected });
});

test('what serves already is not older, and what cannot be read is a warning; neither is compared', async () => {
  const never: Since = () => Promise.reject(new Error('nobody may ask this'));
  expect(await notOlder({ serving: { sha }, since: never, sha, allowed: false })).toMatchObject({ status: 'ok' });
  expect(await notOlder({ serving: { sha: null, why: 'no answer' }, since: never, sha, allowed: false })).toMatchObject({ status: 'warning', evidence: 'what serves could not be read: no answer' });
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
  expect(await pendingMigrations({ since: since({ files, complete }), serving, sha, glob: GLOB, allowed })).toMatchObject({ status: expected });
});

test('a lane without room for a migration says so where one may run, and nowhere else', async () => {
  const ask = async (files: readonly string[], allowed: boolean): Promise<string> => (await pendingMigrations({ since: since({ files: files.map(added), complete: true }), serving, sha, glob: GLOB, allowed, warning: 'too slow' })).next;
  const migration = ['apps/server/migrations/1-a.ts'];
  expect([await ask(migration, true), await ask([], true), await ask(migration, false)]).toEqual(['too slow', '', 'Look at them, then run with allow_pending_migration=true.']);
});

test('when what serves cannot be read, a pending migration is not ruled out', async () => {
  expect(await pendingMigrations({ since: since({}), serving: null, sha, glob: GLOB, allowed: false })).toMatchObject({ status: 'failed' });
});
