import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
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
  for (const id of [1001, 1002]) world.twin.github.setRun({ id, repository: REPOSITORY, status: 'in_progress', startedAt: new Date().toISOString() });
});
afterAll(async () => {
  await run.close();
  await world[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await world.forgetLock();
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
  expect(annotations(second)).toEqual([expect.stringContaining(`production is being deployed by ${REPOSITORY} run 1001 attempt 1, job job, by @operator (${MINE})`)]);
  expect(annotations(second)[0]).toContain('That run is still active.');
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

test('a token that may not write is told which permission the job needs', async () => {
  const refused = await lock('acquire', { inputs: { 'github-token': world.twin.github.issueToken({ contents: 'read' }) } });
  expectEnding(refused, subject, { decision: 'unknown', reasonCode: 'lock-unknown' });
  expect(annotations(refused)[0]).toContain('`permissions: contents: write`');
  expect(await world.twin.github.lock('production')).toBe('free');
});

type More = Partial<Pick<Parameters<typeof startAction>[0], 'inputs' | 'environment' | 'signals' | 'state'>>;

function lock(operation: string, { inputs = {}, environment = {}, ...more }: More = {}): Promise<ActionRun> {
  return startAction({ folder: subject.folder, inputs: { operation, environment: 'production', 'github-token': world.githubToken, ...inputs }, environment: { ...run.environment, ...environment }, ...more });
}

/** The post step of that run: the same inputs, and what its main step saved. */
function post(main: ActionRun): Promise<ActionRun> {
  return lock('acquire', { state: main.state });
}
