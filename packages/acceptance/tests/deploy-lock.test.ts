import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { TwinRun } from '@vendure-deploy/twin';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openWorld, otherRun, REPOSITORY, type World } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('deploy-lock');
const MINE = `https://github.com/${REPOSITORY}/actions/runs/1001/attempts/1`;
let world: World;
let run: TwinRun;

beforeAll(async () => {
  world = await openWorld();
  run = await world.openRun();
  for (const id of [1001, 1002]) goesOn(id);
});
afterAll(async () => {
  await run.close();
  await world[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await world.forgetLock();
  goesOn(1001);
});

test('the first run gets the lock; the second is told who holds it, and changes nothing', async () => {
  const first = await lock('acquire');
  expectEnding(first, subject, { decision: 'done', reasonCode: 'lock-acquired' });
  expect(first.outputs).toMatchObject({ 'held-by': MINE, nonce: expect.stringMatching(/^[0-9a-f-]{36}$/u) });
  expect(await world.twin.github.lock('production')).toMatchObject({ holder: MINE });
  const history = await world.lockHistory();

  const second = await lock('acquire', { environment: otherRun(1002) });
  expectEnding(second, subject, { decision: 'failed', reasonCode: 'lock-held-by-another' });
  expect(second.outputs).toMatchObject({ 'held-by': MINE, nonce: '' });
  expect(annotations(second)).toEqual([expect.stringContaining(`production is being deployed by ${REPOSITORY} run 1001 attempt 1, job job, by @operator (${MINE}), since 20`)]);
  expect(annotations(second)[0]).toContain('Its run is still active.');
  expect(annotations(second)[0]).toContain(`gh workflow run deploy-lock.yml -R ${REPOSITORY} -f environment=production -f operation=force -f confirm_environment=production -f reason='why'`);
  expect(await world.lockHistory()).toEqual(history);
});

test('status says who holds it, to the holder with its nonce, and writes nothing', async () => {
  const { outputs } = await lock('acquire');
  const history = await world.lockHistory();
  const own = await lock('status');
  expectEnding(own, subject, { decision: 'done', reasonCode: 'lock-held' });
  expect(own.outputs).toMatchObject({ 'held-by': MINE, nonce: outputs['nonce'], sequence: outputs['sequence'] });
  const foreign = await lock('status', { environment: otherRun(1002) });
  expectEnding(foreign, subject, { decision: 'done', reasonCode: 'lock-held' });
  expect(foreign.outputs).toMatchObject({ 'held-by': MINE, nonce: '' });
  expect(await world.lockHistory()).toEqual(history);
});

test('a foreign lock is not given back, the own one is', async () => {
  await lock('acquire');
  const foreign = await lock('release', { environment: otherRun(1002) });
  expectEnding(foreign, subject, { decision: 'skipped', reasonCode: 'lock-held-by-another' });
  expect(await world.twin.github.lock('production')).toMatchObject({ holder: MINE });
  const own = await lock('release');
  expectEnding(own, subject, { decision: 'done', reasonCode: 'lock-released' });
  expect(await world.twin.github.lock('production')).toBe('free');
  const status = await lock('status');
  expectEnding(status, subject, { decision: 'done', reasonCode: 'lock-free' });
  expect(status.outputs).toMatchObject({ 'held-by': '', nonce: '' });
});

test('of two runs that ask at the same moment, exactly the one that was told so has it', async () => {
  const both = await Promise.all([lock('acquire'), lock('acquire', { environment: otherRun(1002) })]);
  const winners = both.filter(({ outputs }) => outputs['reason-code'] === 'lock-acquired');
  expect(new Set(both.map(({ outputs }) => outputs['reason-code']))).toEqual(new Set(['lock-acquired', 'lock-held-by-another']));
  expect(await world.twin.github.lock('production')).toMatchObject({ holder: winners[0]?.outputs['held-by'] });
});

test('a lock for the job is given back by its post step, a lock for the run is not', async () => {
  const forJob = await lock('acquire', { inputs: { hold: 'job' } });
  expect(await world.twin.github.lock('production')).toMatchObject({ holder: MINE });
  expect(await post(forJob)).toMatchObject({ exitCode: 0, outputNames: [], orphans: [] });
  expect(await world.twin.github.lock('production')).toBe('free');

  const forRun = await lock('acquire');
  expect((await post(forRun)).exitCode).toBe(0);
  expect(await world.twin.github.lock('production')).toMatchObject({ holder: MINE });
});

test('cancelled after its write, before the answer: it says so, and the post step gives back what may have landed', async () => {
  await using faulty = await world.openRun(`github POST /repos/${REPOSITORY}/git/refs 1 hang after-commit`);
  const landed = world.until(async () => (await world.twin.github.lock('production')) !== 'free');
  const cancelled = await lock('acquire', { inputs: { hold: 'job' }, environment: faulty.environment, signals: [{ name: 'SIGINT', when: landed }] });
  expect(await world.twin.github.lock('production')).toMatchObject({ holder: MINE });
  expect((await post(cancelled)).exitCode).toBe(0);
  expect(await world.twin.github.lock('production')).toBe('free');
  expectEnding(cancelled, subject, { decision: 'unknown', reasonCode: 'cancelled' });
});

test('a token that may not write is told which permission is missing, and where', async () => {
  const refused = await lock('acquire', { inputs: { 'github-token': world.twin.github.issueToken({ contents: 'read' }) } });
  expectEnding(refused, subject, { decision: 'failed', reasonCode: 'lock-denied' });
  expect(annotations(refused)[0]).toContain(`the token may not do that in ${REPOSITORY}`);
  expect(annotations(refused)[0]).toContain('`permissions: contents: write`');
  expect(await world.twin.github.lock('production')).toBe('free');
});

test('a lock repository that the token does not reach is no free lock', async () => {
  for (const operation of ['acquire', 'status']) {
    const refused = await lock(operation, { inputs: { 'lock-repository': 'example/elsewhere' } });
    expectEnding(refused, subject, { decision: 'failed', reasonCode: 'lock-denied' });
    expect(annotations(refused)[0]).toContain('in example/elsewhere');
  }
});

test('an uncontended acquire takes 4 calls of GitHub, and giving it back 2', async () => {
  expectEnding(await lock('release', {}), subject, { decision: 'skipped', reasonCode: 'lock-free' });
  // Its ref is there, as after the first deploy ever.
  await post(await lock('acquire', { inputs: { hold: 'job' } }));
  await using counted = await world.openRun();
  const acquired = await lock('acquire', { inputs: { hold: 'job' }, environment: counted.environment });
  expectEnding(acquired, subject, { decision: 'done', reasonCode: 'lock-acquired' });
  expect(callsOf(counted)).toEqual(['GET ref', 'GET commits', 'POST commits', 'PATCH refs']);
  await post(acquired, counted.environment);
  expect(callsOf(counted).slice(4)).toEqual(['POST commits', 'PATCH refs']);
  expect(await world.twin.github.lock('production')).toBe('free');
});

test('the very first acquire takes 4 calls as well', async () => {
  await using counted = await world.openRun();
  expectEnding(await lock('acquire', { environment: counted.environment }), subject, { decision: 'done', reasonCode: 'lock-acquired' });
  expect(callsOf(counted)).toEqual(['GET ref', 'POST trees', 'POST commits', 'POST refs']);
});

describe('a holder that does not give the lock back', () => {
  const second = { environment: otherRun(1002) };
  const reported = [{ name: 'deploy', number: 1, status: 'completed' as const, conclusion: 'failure' }];
  const open = [{ name: 'deploy', number: 1, status: 'in_progress' as const, conclusion: null }];

  test.each([
    ['its run has ended, every step reported', 5, reported, 'lock-acquired', /taken from .* run 1001 attempt 1/u],
    ['its runner was lost 100 s ago', 100, open, 'lock-held-by-another', /Its run has ended \(failure\), but its runner did not report every step and may still be at work: the lock can be taken in 2[23]\d s\. .*run this again in 2[23]\d s/u],
    ['its runner was lost 331 s ago', 331, open, 'lock-acquired', /taken from .* run 1001 attempt 1/u],
  ])('%s', async (_, seconds, steps, reasonCode, says) => {
    await lock('acquire');
    ended(1001, seconds, steps);
    const { outputs, log } = await lock('acquire', second);
    expect({ reasonCode: outputs['reason-code'], log }).toEqual({ reasonCode, log: expect.stringMatching(says) });
    if (reasonCode === 'lock-acquired') expect(await world.lockHistory()).toEqual(['deploy-lock production: steal #2 [skip ci]', 'deploy-lock production: acquire #1 [skip ci]']);
  });

  test.each([
    ['404: GitHub does not tell of that run', { contents: 'write', actions: 'read' }, '7777', /GitHub knows no such run, or the token lacks `actions: read` in its repository/u],
    ['403: the token may not look', { contents: 'write' }, '1001', /GitHub answered 403; the token needs `actions: read` in its repository/u],
  ] as const)('%s: that is no death', async (_, permissions, id, says) => {
    await lock('acquire', { environment: otherRun(Number(id)) });
    const refused = await lock('acquire', { ...second, inputs: { 'github-token': world.twin.github.issueToken(permissions) } });
    expectEnding(refused, subject, { decision: 'failed', reasonCode: 'lock-held-by-another' });
    expect(annotations(refused)[0]).toMatch(says);
  });

  test('of a job that holds for itself only that job counts, while its run goes on', async () => {
    world.twin.github.setJobs(1001, [{ id: 501, name: 'one', status: 'in_progress', conclusion: null, startedAt: ago(60), completedAt: null }, { id: 502, name: 'two', status: 'completed', conclusion: 'failure', startedAt: ago(60), completedAt: ago(1), steps: reported }]);
    await lock('acquire', { inputs: { hold: 'job', 'job-id': '501' } });
    expect((await lock('acquire', second)).outputs).toMatchObject({ 'reason-code': 'lock-held-by-another' });
    await world.forgetLock();
    await lock('acquire', { inputs: { hold: 'job', 'job-id': '502' } });
    expect((await lock('acquire', second)).outputs).toMatchObject({ 'reason-code': 'lock-acquired' });
  });

  test('a second attempt gives back in its last job what the first one left', async () => {
    await lock('acquire');
    ended(1001, 5, reported);
    expectEnding(await lock('release', { environment: { GITHUB_RUN_ATTEMPT: '2' } }), subject, { decision: 'done', reasonCode: 'lock-released' });
  });

  test('the last job of a run keeps its lock while a runner that was lost may still be at work', async () => {
    await lock('acquire');
    world.twin.github.setJobs(1001, [{ id: 503, name: 'vendure', status: 'completed', conclusion: 'failure', startedAt: ago(60), completedAt: ago(30), steps: open }]);
    const kept = await lock('release');
    expectEnding(kept, subject, { decision: 'skipped', reasonCode: 'lock-held' });
    expect(kept.log).toMatch(/stays ours: the runner of a job of this run was lost .* in (?:30[01]|29\d) s\./u);
    expect(await world.twin.github.lock('production')).toMatchObject({ holder: MINE });
  });
});

test('force takes it from a holder that goes on, with the reason in its history, and gives it back at the end of its job', async () => {
  await lock('acquire');
  const inputs = { reason: 'its runner was switched off', 'confirm-environment': 'production', hold: 'job' };
  const forced = await lock('force', { inputs, environment: otherRun(1002) });
  expectEnding(forced, subject, { decision: 'done', reasonCode: 'lock-acquired' });
  expect(forced.log).toContain(`::warning::deploy-lock: the lock of production was taken from ${REPOSITORY} run 1001`);
  expect(JSON.parse(forced.outputs['result'] ?? '')).toMatchObject({ 'previous-holder': { run_id: 1001 }, sequence: 2 });
  expect((await world.lockHistory())[0]).toBe('deploy-lock production: force #2 [skip ci]');
  await lock('force', { inputs, environment: otherRun(1002), state: forced.state });
  expect(await world.twin.github.lock('production')).toBe('free');
});

test.each<[string, Record<string, string>, RegExp]>([
  ['force', { 'confirm-environment': 'production' }, /operation force needs a `reason`/u],
  ['force', { reason: 'why', 'confirm-environment': 'staging' }, /input `confirm-environment` is "staging", and the environment is "production"/u],
  ['force', { reason: 'why' }, /input `confirm-environment` is "", and the environment is "production"/u],
  ['force', { reason: 'why', 'confirm-environment': 'production', steal: 'true' }, /input `steal` is for operation acquire/u],
  ['acquire', { environment: 'production..lock' }, /input `environment` is "production..lock"/u],
  ['acquire', { environment: 'Production' }, /input `environment` is "Production"/u],
  ['acquire', { environment: 'a/../../main' }, /lower-case letters, digits and "-"/u],
  ['acquire', { 'wait-seconds': '21601' }, /input `wait-seconds` is "21601". Allowed: a whole number of seconds from 0 to 21600/u],
  ['acquire', { 'wait-seconds': '-1' }, /input `wait-seconds` is "-1"/u],
  ['acquire', { 'lock-repository': '../shop' }, /input `lock-repository` is "..\/shop". Give owner\/name/u],
  ['acquire', { 'job-id': 'vendure' }, /input `job-id` is "vendure"/u],
  ['acquire', { reason: 'x'.repeat(501) }, /input `reason` has 501 characters. Allowed: 500/u],
])('%s with %j is refused before anything is asked', async (operation, inputs, says) => {
  await using counted = await world.openRun();
  const refused = await lock(operation, { inputs, environment: counted.environment });
  expectEnding(refused, subject, { decision: 'failed', reasonCode: 'invalid-input' });
  expect(annotations(refused)[0]).toMatch(says);
  expect(counted.requests()).toEqual([]);
});

test('what is not ours on the ref is named, and left as it is', async () => {
  const before = await world.putLock('deploy-lock\n\n{"v": 3, "seq": 9, "state": "free"}\n');
  for (const operation of ['acquire', 'release', 'status']) {
    const refused = await lock(operation);
    expectEnding(refused, subject, { decision: 'failed', reasonCode: 'lock-foreign' });
    expect(annotations(refused)[0]).toContain('holds a lock state of version 3, and this suite knows version 2');
  }
  expect(await world.lockHead()).toBe(before);
});

test('who waits says so with the seconds that are left, and gets it when it is given back', async () => {
  await lock('acquire');
  const waits = lock('acquire', { inputs: { 'wait-seconds': '60' }, environment: otherRun(1002) });
  await world.until(async () => (await world.lockHistory()).length === 1 && run.requests().filter(({ path, status }) => path.endsWith('/git/ref/heads/deploy-lock/production') && status === 304).length > 0);
  await lock('release');
  const got = await waits;
  expectEnding(got, subject, { decision: 'done', reasonCode: 'lock-acquired' });
  // Whoever asks again the same thing is told so, which costs nothing of the token's rate.
  expect(run.requests().some(({ method, path, status }) => method === 'GET' && path.endsWith('/git/ref/heads/deploy-lock/production') && status === 304)).toBe(true);
  expect(got.log).toMatch(new RegExp(`Held by ${REPOSITORY} run 1001 .* Its run is still active\\. Waiting, (?:60|59|58) s left\\.`, 'u'));
});

type More = Partial<Pick<Parameters<typeof startAction>[0], 'inputs' | 'environment' | 'signals' | 'state'>>;

function lock(operation: string, { inputs = {}, environment = {}, ...more }: More = {}): Promise<ActionRun> {
  return startAction({ folder: subject.folder, inputs: { operation, environment: 'production', 'github-token': world.githubToken, ...inputs }, environment: { ...run.environment, ...environment }, ...more });
}

/** The post step of that run: the same inputs, and what its main step saved. */
function post(main: ActionRun, environment: Record<string, string> = {}): Promise<ActionRun> {
  return lock('acquire', { state: main.state, environment });
}

function goesOn(id: number): void {
  world.twin.github.setRun({ id, repository: REPOSITORY, status: 'in_progress', startedAt: ago(600) });
  world.twin.github.setJobs(id, []);
}

/** GitHub has closed it, that many seconds ago. */
function ended(id: number, seconds: number, steps: Steps): void {
  world.twin.github.setRun({ id, repository: REPOSITORY, status: 'completed', conclusion: 'failure', startedAt: ago(600), endedAt: ago(seconds) });
  world.twin.github.setJobs(id, [{ id: 500, name: 'vendure', status: 'completed', conclusion: 'failure', startedAt: ago(600), completedAt: ago(seconds), steps }]);
}

type Steps = NonNullable<Parameters<World['twin']['github']['setJobs']>[1][number]['steps']>;

function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

/** Method and kind of each call, in their order. */
function callsOf({ requests }: TwinRun): string[] {
  return requests().map(({ method, path }) => `${method} ${path.split('/')[5] ?? ''}`);
}
