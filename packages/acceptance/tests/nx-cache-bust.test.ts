import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openWorld, REPOSITORY, type World } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('nx-cache-bust');
const [DEVELOP, MAIN] = ['refs/heads/develop', 'refs/heads/main'];
const ROTTEN = 'Linux-X64-nx-ref-develop-e2e4670';
const LOG = `2026-11-26T10:00:00.0000000Z ##[group]Run actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830
2026-11-26T10:00:00.0000001Z with:
2026-11-26T10:00:00.0000002Z   path: .nx/cache
2026-11-26T10:00:00.0000003Z   key: Linux-X64-nx-ref-develop-1402741
2026-11-26T10:00:00.0000004Z   restore-keys: Linux-X64-nx-ref-develop-
2026-11-26T10:00:00.0000005Z ##[endgroup]
2026-11-26T10:00:01.0000000Z Cache restored from key: ${ROTTEN}
2026-11-26T10:00:09.0000000Z Error: Cannot find module '/home/runner/work/shop/packages/plugins/dist/rule-engine/shipping.js'
`;
let world: World;
let token: string;

interface Ran {
  readonly main: ActionRun;
  /** As `DELETE …`, of GitHub's cache. */
  readonly deletions: readonly string[];
  readonly calls: number;
}

async function bust(inputs: Readonly<Record<string, string>>, { faults = [], meanwhile }: { readonly faults?: readonly string[]; readonly meanwhile?: () => Promise<void> } = {}): Promise<Ran> {
  await using run = await world.openRun(...faults);
  const [main] = await Promise.all([startAction({ folder: subject.folder, inputs: { 'github-token': token, 'delete-interval-seconds': '0', ...inputs }, environment: run.environment }), meanwhile?.()]);
  const calls = run.requests().filter(({ host }) => host === 'api.github.com');
  expect(run.strayCalls()).toEqual([]);
  return { main, deletions: calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path), calls: calls.length };
}

const keys = (): string[] => world.twin.github.caches(REPOSITORY).map(({ ref, key }) => `${ref} ${key}`);

async function save(ref: string, key: string, version = 'v'): Promise<void> {
  await world.twin.github.saveCache({ repository: REPOSITORY, ref, key, version });
}

beforeAll(async () => {
  world = await openWorld();
  token = world.twin.github.issueToken({ contents: 'read', actions: 'write' });
  const { github } = world.twin;
  github.setRun({ id: 70, repository: REPOSITORY, status: 'completed', conclusion: 'failure', startedAt: '2026-11-26T10:00:00Z', branch: 'develop', workflow: 'deploy-staging' });
  const times = { startedAt: '2026-11-26T10:00:00Z', completedAt: '2026-11-26T10:01:00Z' };
  github.setJobs(70, [
    { id: 701, name: 'preflight', status: 'completed', conclusion: 'success', ...times },
    { id: 702, name: 'vendure', status: 'completed', conclusion: 'failure', ...times },
  ]);
  github.setJobLog(702, LOG);
});
afterAll(async () => world[Symbol.asyncDispose]());
beforeEach(async () => {
  const { github } = world.twin;
  await using run = await world.openRun();
  for (const { id } of github.caches(REPOSITORY)) {
    await github.provider.fetch(new Request(`https://api.github.com/repos/${REPOSITORY}/actions/caches/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } }));
  }
  expect(run.strayCalls()).toEqual([]);
  await save(MAIN, 'Linux-X64-nx-ref-develop-0000000');
  await save(DEVELOP, 'Linux-X64-nx-ref-develop-9b01d77');
  await save(DEVELOP, ROTTEN);
  await save('refs/heads/feature', ROTTEN);
  await save(DEVELOP, 'Linux-pnpm-store');
});

test('by the log of a failed run: what was restored, and every sibling that the job would restore next', async () => {
  const { main, deletions } = await bust({ 'run-id': '70', 'dry-run': 'false' });
  expectEnding(main, subject, { decision: 'done', reasonCode: 'cache-busted' });
  expect(keys()).toEqual([`refs/heads/feature ${ROTTEN}`, `${DEVELOP} Linux-pnpm-store`]);
  expect(main.outputs).toMatchObject({ 'deleted-count': '3', remaining: '0' });
  expect(JSON.parse(main.outputs['next-restore'] ?? '')).toEqual([{ key: 'Linux-X64-nx-ref-develop-1402741', before: expect.objectContaining({ key: ROTTEN, ref: DEVELOP }), after: null }]);
  expect(deletions).toHaveLength(3);
  expect(main.summary).toContain(ROTTEN);
});

test('nothing is deleted unless it is said, and the message has the command', async () => {
  const before = keys();
  const { main, deletions } = await bust({ 'run-id': '70' });
  expectEnding(main, subject, { decision: 'done', reasonCode: 'cache-bust-planned' });
  expect(main.log).toContain('Delete:  gh workflow run deploy-production.yml -f run_id=70 -f dry_run=false');
  expect([keys(), deletions]).toEqual([before, []]);
});

test('an exact key goes on every ref by one call, and what would be restored instead is told', async () => {
  const { main, deletions } = await bust({ key: ROTTEN, 'restore-keys': 'Linux-X64-nx-ref-develop-', 'dry-run': 'false' });
  expectEnding(main, subject, { decision: 'done', reasonCode: 'cache-busted' });
  expect(keys()).not.toContain(`${DEVELOP} ${ROTTEN}`);
  expect(keys()).toHaveLength(3);
  expect(deletions).toHaveLength(1);
  expect(main.log).toContain('then restores Linux-X64-nx-ref-develop-9b01d77 (of refs/heads/develop');
  const again = await bust({ key: ROTTEN, 'dry-run': 'false' });
  expectEnding(again.main, subject, { decision: 'skipped', reasonCode: 'cache-clean' });
});

test('by a pattern, on one ref', async () => {
  const { main } = await bust({ pattern: 'nx-*develop', ref: 'develop', 'dry-run': 'false' });
  expectEnding(main, subject, { decision: 'done', reasonCode: 'cache-busted' });
  expect(keys()).toEqual([`${MAIN} Linux-X64-nx-ref-develop-0000000`, `refs/heads/feature ${ROTTEN}`, `${DEVELOP} Linux-pnpm-store`]);
});

test('a run that saves it again while it is deleted: met by the next listing, and named', async () => {
  const { github } = world.twin;
  github.setRun({ id: 71, repository: REPOSITORY, status: 'in_progress', startedAt: '2026-11-26T10:02:00Z', branch: 'develop', workflow: 'deploy-staging' });
  const resave = async (): Promise<void> => {
    await world.until(async () => !keys().includes(`${DEVELOP} ${ROTTEN}`));
    await save(DEVELOP, 'Linux-X64-nx-ref-develop-1402741');
  };
  const { main } = await bust({ 'run-id': '70', 'dry-run': 'false', 'delete-interval-seconds': '1' }, { meanwhile: resave });
  github.setRun({ id: 71, repository: REPOSITORY, status: 'completed', conclusion: 'success', startedAt: '2026-11-26T10:02:00Z' });
  expectEnding(main, subject, { decision: 'done', reasonCode: 'cache-busted' });
  expect(keys().filter((key) => key.startsWith(DEVELOP))).toEqual([`${DEVELOP} Linux-pnpm-store`]);
  expect(main.outputs['deleted-count']).toBe('4');
  expect(main.log).toContain(`A run is at work that may save it again: https://github.com/${REPOSITORY}/actions/runs/71`);
});

describe('GitHub', () => {
  test.each<[string, string]>([
    ['asks for a pause', 'github DELETE /repos/*/*/actions/caches 1 429 retry-after=1'],
    ['says its secondary limit with a 403', 'github DELETE /repos/*/*/actions/caches 1 403 retry-after=1 {"message":"You have exceeded a secondary rate limit"}'],
    ['lost it in between', 'github DELETE /repos/*/*/actions/caches 1 404 after-commit {"message":"Not Found"}'],
  ])('%s: deleted all the same', async (_, fault) => {
    const { main } = await bust({ key: ROTTEN, 'dry-run': 'false' }, { faults: [fault] });
    expectEnding(main, subject, { decision: 'done', reasonCode: 'cache-busted' });
    expect(keys().filter((key) => key.endsWith(ROTTEN))).toEqual([]);
  });

  test('lists it again and again: not said to be clean', async () => {
    const { main } = await bust({ key: ROTTEN, 'dry-run': 'false' }, { faults: ['github DELETE /repos/*/*/actions/caches 1- 404 {"message":"Not Found"}'] });
    expectEnding(main, subject, { decision: 'partial', reasonCode: 'cache-remains' });
    expect(main.outputs['remaining']).toBe('2');
  });

  test('does not let the token: the permission is named', async () => {
    const before = keys();
    const { main } = await bust({ key: ROTTEN, 'dry-run': 'false', 'github-token': world.twin.github.issueToken({ actions: 'read' }) });
    expectEnding(main, subject, { decision: 'failed', reasonCode: 'cache-unavailable' });
    expect(annotations(main)[0]).toContain('permissions: { actions: write }');
    expect(keys()).toEqual(before);
  });
});

test.each<[string, Readonly<Record<string, string>>, string, string]>([
  ['nothing that says what is meant', {}, 'invalid-input', 'Give `run-id` or `job-id` (of a job that failed), `key`, or `pattern`.'],
  ['a key and a log', { key: ROTTEN, 'run-id': '70' }, 'invalid-input', 'are both given'],
  ['a pattern that matches everything', { pattern: ' ** ' }, 'invalid-input', 'which matches everything'],
  ['more than may go', { pattern: 'nx-ref', 'max-deletions': '2' }, 'too-many-deletions', '4 entries are meant, and `max-deletions` is 2'],
  ["another tool's key", { key: 'Linux-pnpm-store' }, 'invalid-input', '"Linux-pnpm-store" does not look like a key of Nx'],
  ['a job without a key in its log', { 'job-id': '701' }, 'cache-key-not-found', 'the log of preflight names no key of a cache of Nx'],
  ['a run that is not there', { 'run-id': '9999' }, 'cache-unavailable', 'Is the number right'],
  ['a repository that is no name', { key: ROTTEN, repository: 'https://github.com/example/shop' }, 'invalid-input', 'Give owner/name'],
])('%s is refused in one sentence, and nothing is deleted', async (_, inputs, reasonCode, sentence) => {
  const before = keys();
  const { main, deletions } = await bust({ 'dry-run': 'false', ...inputs });
  expectEnding(main, subject, { decision: 'failed', reasonCode });
  expect(annotations(main).join('\n')).toContain(sentence);
  expect([keys(), deletions]).toEqual([before, []]);
});

test('a log of 100 MB is read as it comes; one that GitHub keeps no longer is told', async () => {
  const { github } = world.twin;
  const times = { startedAt: '2026-11-26T10:00:00Z', completedAt: '2026-11-26T10:01:00Z' };
  github.setRun({ id: 72, repository: REPOSITORY, status: 'completed', conclusion: 'failure', startedAt: times.startedAt, branch: 'develop' });
  github.setJobs(72, [{ id: 721, name: 'long', status: 'completed', conclusion: 'failure', ...times }, { id: 722, name: 'old', status: 'completed', conclusion: 'failure', ...times }]);
  github.setJobLog(721, `${`2026-11-26T10:00:00.0000000Z ${'x'.repeat(971)}\n`.repeat(100_000)}${LOG}`);
  github.setJobLog(722, null);
  const { main } = await bust({ 'run-id': '72' });
  expectEnding(main, subject, { decision: 'done', reasonCode: 'cache-bust-planned' });
  expect(main.log).toContain('The log of old cannot be read: GitHub keeps its log no longer.');
  expect(JSON.parse(main.outputs['result'] ?? '')).toMatchObject({ targets: { length: 3 } });
});
