import { beforeEach, expect, test } from '@jest/globals';
import { acquire, fence, readLock, release, releaseRun, type Busy, type Intended, type JobFacts } from '../../src/lock/index.ts';
import { calm, never, openStage, runOf, type Stage } from './stage.ts';

const LAPTOP = { kind: 'local', repo: 'example/shop', host: 'laptop', pid: 7, actor: 'colleague', nonce: 'laptop' } as const;
const late = { ...calm, trouble: 'late', byMs: 120_000 } as const;
const dropped = { ...calm, trouble: 'dropped' } as const;
const old = { ...calm, trouble: 'stale', byMs: 1e9 } as const;
let stage: Stage;
beforeEach(() => {
  stage = openStage();
});

test('the jobs of one run enter the same lock, and fence while another job does', async () => {
  const first = await stage.take(runOf(1));
  const second = await stage.take(runOf(1, 'dashboard'));
  expect([first, second]).toMatchObject([{ kind: 'held', reentered: false, head: { state: { seq: 1 } } }, { kind: 'held', reentered: true, holder: { job: 'vendure' }, head: { state: { seq: 2 } } }]);
  const fences = await stage.ends(Promise.all(['a', 'b', 'c'].map(() => fence({ ...stage.common(), mine: ({ nonce }) => nonce === runOf(1).nonce }))));
  expect(fences.map(({ kind }) => kind)).toEqual(['held', 'held', 'held']);
  expect(await head()).toMatchObject({ state: { state: 'held', seq: 5 } });
});

test('a foreign lock is neither taken, nor fenced, nor given back', async () => {
  await stage.take(runOf(1));
  const before = stage.server.head();
  expect(await stage.take(runOf(2))).toMatchObject({ kind: 'busy', busy: { holder: { run_id: 1 }, judgement: { kind: 'holds' } } });
  expect(await stage.ends(fence({ ...stage.common(), mine: ({ nonce }) => nonce === runOf(2).nonce }))).toMatchObject({ kind: 'lost', holder: { run_id: 1 }, why: expect.stringContaining('run 1 attempt 1') });
  expect(await stage.give(runOf(2).nonce)).toMatchObject({ kind: 'lost', holder: { run_id: 1 } });
  expect(stage.server.head()).toBe(before);
});

test('a lock held for one job is not entered by another job of the run, nor by a second of the same name', async () => {
  await stage.take({ ...runOf(1), job_id: 11 }, { hold: 'job' });
  expect(await stage.take(runOf(1, 'dashboard'))).toMatchObject({ kind: 'busy' });
  expect(await stage.take({ ...runOf(1), job_id: 12, nonce: 'other' }, { hold: 'job' })).toMatchObject({ kind: 'busy' });
  expect(await stage.take({ ...runOf(1), job_id: 11, nonce: 'later step' }, { hold: 'job' })).toMatchObject({ kind: 'held', reentered: true });
});

test('the next attempt of a run takes the lock of the one before it only when that is dead', async () => {
  await stage.take(runOf(1));
  const again = runOf(1, 'vendure', 2);
  expect(await stage.take(again)).toMatchObject({ kind: 'busy' });
  stage.standings.of = { kind: 'job', job: over, now: 0 };
  expect(await stage.take(again)).toMatchObject({ kind: 'held', previous: { run_attempt: 1 }, head: { state: { why: 'steal', prev_holder: { run_attempt: 1 } } } });
});

test.each<[string, boolean]>([['there was no lock', true], ['it was free', false]])('an acquire that may land after its process has gone can no longer land once post was there: %s', async (_, isFirst) => {
  if (!isFirst) {
    await stage.take(runOf(1));
    await stage.give(runOf(1).nonce);
  }
  const left: { intended?: Intended } = {};
  const stop = new AbortController();
  // Read, (read, tree and) write the commit, and then the move that is late.
  stage.fates.push(...Array<typeof calm>(isFirst ? 2 : 3).fill(calm), late);
  stage.after(1_000, () => stop.abort());
  const doubtful = acquire({ ...stage.common(), signal: stop.signal, holder: runOf(2), hold: 'job', from: 'dead', waitMs: 0, intend: (intended) => { left.intended = intended; } });
  const posted = stage.ends(doubtful.catch(() => release({ ...stage.common(), mine: ({ nonce }) => nonce === runOf(2).nonce, ...left })));
  expect(await posted).toMatchObject({ kind: 'released' });
  expect(stage.now()).toBeGreaterThan(120_000);
  expect(await head()).toMatchObject({ state: { state: 'free' } });
});

test('a forced acquire that may land late is made impossible without taking the lock from who has it', async () => {
  await stage.take(runOf(1));
  const left: { intended?: Intended } = {};
  const stop = new AbortController();
  stage.fates.push(calm, calm, calm, late);
  stage.after(1_000, () => stop.abort());
  const doubtful = acquire({ ...stage.common(), signal: stop.signal, holder: runOf(2), hold: 'job', from: 'anybody', waitMs: 0, intend: (intended) => { left.intended = intended; } });
  const posted = stage.ends(doubtful.catch(() => release({ ...stage.common(), mine: ({ nonce }) => nonce === runOf(2).nonce, ...left })));
  expect(await posted).toMatchObject({ kind: 'lost', holder: { run_id: 1 } });
  expect(stage.now()).toBeGreaterThan(120_000);
  expect(await head()).toMatchObject({ state: { state: 'held', holder: { run_id: 1 }, seq: 2 } });
});

test.each([
  ['hello', 'holds no lock state'],
  ['deploy-lock\n\n{"v": 3, "seq": 1}', 'of version 3, and this suite knows version 2'],
  ['deploy-lock\n\n{"v": 2, "seq": 1}', 'is not whole'],
])('a commit that is not ours on the ref is named and never written over, by force neither: %j', async (message, named) => {
  await stage.ends(stage.git.writeCommit({ message, tree: null, parents: [] }).then((commit) => stage.git.createRef('', commit.kind === 'written' ? commit.sha : '')));
  const before = stage.server.head();
  for (const from of ['dead', 'anybody'] as const) expect(await stage.take(runOf(1), { from })).toMatchObject({ kind: 'foreign', why: expect.stringContaining(named) });
  expect(await stage.give('any')).toMatchObject({ kind: 'foreign' });
  expect(stage.server.head()).toBe(before);
});

test('by force a person takes it from the holder that was seen, with the reason in its history, and from nobody who comes after', async () => {
  await stage.take(runOf(1));
  expect(await stage.take(runOf(2), { from: 'anybody', reason: 'its runner was switched off' })).toMatchObject({ kind: 'held', previous: { run_id: 1 } });
  expect(stage.history()[0]).toMatch(/^deploy-lock production: force #2[\s\S]*its runner was switched off/u);

  // While the third forces, the second gives back and the fourth takes it.
  stage.fates.push(calm, calm, { ...calm, upMs: 30_000 });
  const forced = acquire({ ...stage.common(), holder: runOf(3), hold: 'run', from: 'anybody', waitMs: 0 });
  stage.after(5_000, () => {
    stage.fates.push(calm, calm);
    void release({ ...stage.common(), mine: () => true }).then(() => acquire({ ...stage.common(), holder: runOf(4), hold: 'run', from: 'dead', waitMs: 0 }));
  });
  expect(await stage.ends(forced)).toMatchObject({ kind: 'busy', busy: { holder: { run_id: 4 } } });
});

test('a lock that vanishes while it is waited for is not made anew', async () => {
  await stage.take(runOf(1));
  stage.after(8_000, () => void stage.git.deleteRef());
  expect(await stage.take(runOf(2), { waitMs: 60_000 })).toMatchObject({ kind: 'unknown', why: expect.stringContaining('somebody deleted it') });
  expect(stage.server.head()).toBeNull();
});

test('whoever waits says so every 15 s at least, with the seconds that are left, and has the lock soon after it is free', async () => {
  await stage.take(runOf(1));
  const began = stage.now();
  const lines: { at: number; left: number; busy: Busy }[] = [];
  stage.after(200_000, () => void release({ ...stage.common(), mine: () => true }));
  const got = await stage.take(runOf(2), { waitMs: 300_000, random: () => 0.99, waiting: (busy, left) => lines.push({ at: stage.now(), left, busy }) });
  expect(got).toMatchObject({ kind: 'held' });
  const gaps = lines.map(({ at }, index) => at - (lines[index - 1]?.at ?? began));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(15_500);
  expect(lines.every(({ at, left }) => Math.abs(began + 300_000 - at - left) < 500)).toBe(true);
  expect(lines[0]?.busy).toMatchObject({ holder: { run_id: 1 }, state: { phase: 'vendure' }, judgement: { why: 'Its run is still active.' } });
});

test('a machine is stolen from after 120 s of silence, when that is asked for, and not while it renews', async () => {
  await stage.ends(acquire({ ...stage.common(), holder: LAPTOP, hold: 'job', from: 'dead', waitMs: 0 }));
  expect(await stage.take(runOf(1), { waitMs: 600_000 })).toMatchObject({ kind: 'busy', busy: { holder: { host: 'laptop' } } });
  for (const ms of [60_000, 120_000, 180_000]) stage.after(ms, () => void fence({ ...stage.common(), mine: () => true }));
  const began = stage.now();
  const got = await stage.take(runOf(1), { waitMs: 600_000, from: 'silent' });
  expect(got).toMatchObject({ kind: 'held', previous: { host: 'laptop' } });
  expect(stage.now() - began).toBeGreaterThan(300_000);
  expect(stage.now() - began).toBeLessThan(340_000);
});

test('one old reading does not lose a lock, and who has lost it is told so', async () => {
  await stage.take(runOf(1));
  stage.after(10_000, () => stage.fates.push(old));
  await stage.ends(stage.process.clock.sleep(20_000));
  expect(await stage.ends(fence({ ...stage.common(), mine: () => true }))).toMatchObject({ kind: 'held' });
});

test('a renewal that never arrived is none, once somebody else has the lock', async () => {
  await stage.take(runOf(1));
  stage.fates.push(calm, calm, calm, dropped, dropped, dropped, dropped);
  const fenced = fence({ ...stage.common(), mine: ({ nonce }) => nonce === runOf(1).nonce });
  stage.after(5_000, () => {
    const other = { ...stage.common(), git: stage.another() };
    void acquire({ ...other, holder: runOf(2), hold: 'run', from: 'anybody', waitMs: 0 });
  });
  expect(await stage.ends(fenced)).toMatchObject({ kind: 'lost', holder: { run_id: 2 } });
});

test('an old reading that says free is not believed by who knows that it held', async () => {
  const taken = await stage.take(runOf(1), { hold: 'job' });
  await stage.ends(fence({ ...stage.common(), mine: () => true }));
  // Write, swap from the head that it knows, and in vain; then look.
  stage.fates.push(calm, calm, calm, old);
  const known = taken.kind === 'held' ? { known: taken.head } : {};
  expect(await stage.ends(release({ ...stage.common(), mine: ({ nonce }) => nonce === runOf(1).nonce, ...known }))).toMatchObject({ kind: 'released', sequence: 3 });
});

test('since when it is held stays the same through every renewal, and says which job wrote last', async () => {
  await stage.take(runOf(1));
  const taken = await head();
  await stage.ends(stage.process.clock.sleep(60_000));
  await stage.ends(fence({ ...stage.common(), phase: 'dashboard', mine: () => true }));
  await stage.ends(fence({ ...stage.common(), phase: 'storefront', mine: () => true }));
  const since = taken.kind === 'read' ? taken.state.since : '';
  expect(since).toMatch(/^1970-01-01T/u);
  expect(await head()).toMatchObject({ state: { since, phase: 'storefront', seq: 3 } });
});

const over: JobFacts = { status: 'completed', conclusion: 'failure', completedAt: 0, steps: ['completed'], hadRunner: true };
const lost: JobFacts = { ...over, steps: ['in_progress'] };

test('at the end of a run its lock is given back; not while a runner that was lost may still be at work', async () => {
  await stage.take(runOf(1));
  stage.standings.jobs = { kind: 'read', jobs: [lost], now: 100_000 };
  expect(await stage.ends(releaseRun({ ...stage.common(), me: runOf(1, 'report') }))).toEqual({ kind: 'kept', freeInMs: 230_000 });
  expect(await head()).toMatchObject({ state: { state: 'held' } });
  stage.standings.jobs = { kind: 'unknown', why: 'GitHub answered 500' };
  expect(await stage.ends(releaseRun({ ...stage.common(), me: runOf(1, 'report') }))).toMatchObject({ kind: 'unknown' });
  stage.standings.jobs = { kind: 'denied', why: 'no actions: read' };
  const unseen: string[] = [];
  expect(await stage.ends(releaseRun({ ...stage.common(), me: runOf(1, 'report'), unseen: (why) => unseen.push(why) }))).toMatchObject({ kind: 'released' });
  expect(unseen).toEqual(['no actions: read']);
});

test('the last job of a second attempt gives back what the first one left, once that is dead', async () => {
  await stage.take(runOf(1));
  const me = runOf(1, 'report', 2);
  expect(await stage.ends(releaseRun({ ...stage.common(), me }))).toMatchObject({ kind: 'lost' });
  stage.standings.of = { kind: 'job', job: over, now: 0 };
  expect(await stage.ends(releaseRun({ ...stage.common(), me }))).toMatchObject({ kind: 'released' });
});

function head() {
  return stage.ends(readLock(stage.git, 'production'));
}

test('a cancelled wait ends at once', async () => {
  await stage.take(runOf(1));
  const stop = new AbortController();
  stage.after(3_000, () => stop.abort());
  await expect(stage.take(runOf(2), { waitMs: 600_000, signal: stop.signal })).rejects.toThrow(/stopped|abort/iu);
  expect(never.aborted).toBe(false);
});
