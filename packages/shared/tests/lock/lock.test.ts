import { expect, test } from '@jest/globals';
import type { Clock } from '../../src/action/index.ts';
import { acquire, fence, readLock, release, type Holder } from '../../src/lock/index.ts';
import { memoryGit, type MemoryGit } from './in-memory-git.ts';

const signal = new AbortController().signal;

test('of owners that race through lost, late and dropped writes, no two ever hold at once', async () => {
  let acquired = 0;
  for (let seed = 1; seed <= 300; seed += 1) acquired += await race(seed);
  // A protocol that never grants would be safe, too.
  expect(acquired).toBeGreaterThan(600);
});

test('the jobs of one run enter the same lock, and fence while another job does', async () => {
  const { git, clock } = quiet();
  const first = await take(git, clock, holder(1, 'vendure'));
  const second = await take(git, clock, holder(1, 'dashboard'));
  expect([first, second]).toMatchObject([{ kind: 'held', sequence: 1, reentered: false }, { kind: 'held', sequence: 2, reentered: true, holder: { job: 'vendure' } }]);
  const fences = await Promise.all(['a', 'b', 'c'].map((job) => fence({ git: git.client(job), environment: 'production', holder: holder(1, job), clock, signal })));
  expect(fences.map(({ kind }) => kind)).toEqual(['held', 'held', 'held']);
  expect(await readLock(git.client('reader'), 'production')).toMatchObject({ state: { state: 'held', seq: 5 } });
});

test('a foreign lock is neither taken, nor fenced, nor released', async () => {
  const { git, clock } = quiet();
  await take(git, clock, holder(1, 'vendure'));
  const before = git.head();
  expect(await take(git, clock, holder(2, 'vendure'))).toMatchObject({ kind: 'busy', holder: { run_id: 1 } });
  expect(await fence({ git: git.client('two'), environment: 'production', holder: holder(2, 'vendure'), clock, signal })).toMatchObject({ kind: 'lost', holder: { run_id: 1 } });
  expect(await give(git, clock, 2)).toMatchObject({ kind: 'foreign', holder: { run_id: 1 } });
  expect(git.head()).toBe(before);
});

test('an acquire that lands after its process gave up can no longer land once post has sealed its parent', async () => {
  let trouble: 'none' | 'late' = 'none';
  const { git, clock } = quiet(() => trouble);
  await take(git, clock, holder(1, 'vendure'));
  await give(git, clock, 1);
  const freed = git.head() ?? '';
  trouble = 'late';
  let intended = '';
  const stop = new AbortController();
  const doubtful = acquire({ git: git.client('two'), environment: 'production', holder: holder(2, 'job'), hold: 'job', reason: '', waitMs: 0, clock: { now: () => 0, sleep: async () => stop.abort() }, signal: stop.signal, intend: ({ parent }) => { intended = parent; } });
  await expect(doubtful).rejects.toThrow(/abort/i);
  expect(intended).toBe(freed);
  trouble = 'none';
  await release({ git: git.client('post'), environment: 'production', mine: ({ nonce }) => nonce === 'nonce-2-job', reason: '', clock, signal, intended: { parent: intended } });
  git.settle();
  expect(await readLock(git.client('reader'), 'production')).toMatchObject({ state: { state: 'free' } });
});

test('a lock held for one job is not entered by another job of the run', async () => {
  const { git, clock } = quiet();
  await acquire({ git: git.client('a'), environment: 'production', holder: holder(1, 'a'), hold: 'job', reason: '', waitMs: 0, clock, signal });
  expect(await take(git, clock, holder(1, 'b'))).toMatchObject({ kind: 'busy', holder: { job: 'a' } });
});

test('a commit that is not ours on the ref is unknown, never free', async () => {
  const { git, clock } = quiet();
  const stranger = git.client('stranger');
  const commit = await stranger.writeCommit({ message: 'hello', tree: null, parents: [] });
  await stranger.createRef('', commit.kind === 'written' ? commit.sha : '');
  expect(await take(git, clock, holder(1, 'a'))).toMatchObject({ kind: 'unknown' });
});

/** Four runs take, fence, leave; returns how often the lock was granted. */
async function race(seed: number): Promise<number> {
  const random = generator(seed);
  // Interleaving: everybody goes on after a random number of turns of the event loop.
  const pause = async (): Promise<void> => { for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await Promise.resolve(); };
  const git = memoryGit(pause, () => {
    if (random() < 0.2) git.settle();
    const dice = random();
    return dice < 0.7 ? 'none' : dice < 0.8 ? 'lost-reply' : dice < 0.9 ? 'late' : 'dropped';
  });
  let now = 0;
  const clock: Clock = { now: () => now, async sleep(ms) { now += ms; await pause(); } };
  const inside = new Set<number>();
  let granted = 0;
  const own = async (id: number): Promise<void> => {
    const me = holder(id, 'job');
    const got = await acquire({ git: git.client(String(id)), environment: 'production', holder: me, hold: 'run', reason: '', waitMs: 600_000, clock, signal, random });
    if (got.kind === 'held') {
      granted += 1;
      expect([...inside]).toEqual([]);
      inside.add(id);
      await pause();
      const fenced = await fence({ git: git.client(String(id)), environment: 'production', holder: me, clock, signal });
      if (fenced.kind === 'lost') throw new Error('lost a lock that nobody may take');
      await pause();
      inside.delete(id);
    }
    // Whatever became of the acquire, the end of the run gives back what is its own.
    await give(git, clock, id);
  };
  await Promise.all([1, 2, 3, 4].map(own));
  return granted;
}

function quiet(trouble: () => 'none' | 'late' = () => 'none'): { git: MemoryGit; clock: Clock } {
  let now = 0;
  return { git: memoryGit(() => Promise.resolve(), trouble), clock: { now: () => now, async sleep(ms) { now += ms; await Promise.resolve(); } } };
}

function take(git: MemoryGit, clock: Clock, me: Holder) {
  return acquire({ git: git.client(me.job), environment: 'production', holder: me, hold: 'run', reason: '', waitMs: 0, clock, signal });
}

function give(git: MemoryGit, clock: Clock, runId: number) {
  return release({ git: git.client('release'), environment: 'production', mine: (one) => one.run_id === runId, reason: '', clock, signal });
}

function holder(run: number, job: string): Holder {
  return { kind: 'actions', repo: 'example/shop', run_id: run, run_attempt: 1, job, url: `https://github.com/example/shop/actions/runs/${run}`, actor: 'operator', nonce: `nonce-${run}-${job}` };
}

/** Mulberry32: small, and the same on every machine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
