import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquire, forgetHold, type Holder, holderOf, readLock, type SteadyClock, tellHold } from '@vendure-deploy/shared/lock';
import type { RunContext } from '@vendure-deploy/shared/action';
import { keepLocks } from '../src/keep-locks.ts';
import { refServer } from './ref-server.ts';

const PLACE = { environment: 'staging', repository: 'example/shop' };
const NOBODY = new AbortController().signal;

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'holds-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function runOf(id: string): RunContext {
  return {
    repository: PLACE.repository, runId: 1, runAttempt: 1, job: 'vendure', actor: 'operator', sha: '', ref: '', serverUrl: '', apiUrl: '', runUrl: '', eventName: '', eventPath: '', workflowFile: '',
    laptop: { id, user: 'operator', host: 'mbp', pid: 7, startedAt: 0, command: '', holds: folder },
  };
}

/** Time that goes on only when it is told to: everybody who sleeps until then is woken, in order. */
function virtualClock(): SteadyClock & { pass(ms: number): Promise<void> } {
  let time = 0;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => time,
    sleep: (ms, signal) => new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      sleepers.push({ at: time + ms, wake: resolve });
    }),
    async pass(ms) {
      const until = time + ms;
      for (;;) {
        await settled();
        const next = sleepers.filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at)[0];
        if (next === undefined) break;
        sleepers.splice(sleepers.indexOf(next), 1);
        time = Math.max(time, next.at);
        next.wake();
      }
      time = until;
      await settled();
    },
  };
}

type Server = ReturnType<typeof refServer>;

async function taken(git: Server, clock: SteadyClock, run: RunContext): Promise<void> {
  const acquired = await acquire({ git, environment: PLACE.environment, holder: holderOf(run), hold: 'run', reason: 'deploy', phase: 'vendure', from: 'dead', waitMs: 0, clock, signal: NOBODY, standingOf: unasked, jobsOf: unasked });
  expect(acquired.kind).toBe('held');
  tellHold(run, { ...PLACE, isHeld: true });
}

function unasked(): never {
  throw new Error('GitHub knows nothing of a laptop, and is not asked');
}

async function sequence(git: Server): Promise<number> {
  const head = await readLock(git, PLACE.environment);
  return head.kind === 'read' ? head.state.seq : 0;
}

const other: Holder = { kind: 'local', repo: PLACE.repository, host: 'other', pid: 1, actor: 'colleague', nonce: 'other', user: 'sato', run: 'b', job: 'vendure' };

test('a held lock is renewed every 20 s, by the name of the job that holds it; given back it is left alone, and nothing is lost', async () => {
  const [git, clock, run] = [refServer(), virtualClock(), runOf('a')];
  const lost: string[] = [];
  const locks = keepLocks({ folder, run: 'a', clientOf: () => git, clock, signal: NOBODY, lost: (why) => lost.push(why) });
  await clock.pass(60_000);
  expect(await sequence(git)).toBe(0);

  await taken(git, clock, run);
  await clock.pass(1_000);
  for (const [seconds, seq] of [[18, 1], [3, 2], [20, 3], [20, 4]] as const) {
    await clock.pass(seconds * 1000);
    expect(await sequence(git)).toBe(seq);
  }
  expect(await readLock(git, PLACE.environment)).toMatchObject({ state: { why: 'renew', phase: 'vendure', holder: { kind: 'local', user: 'operator', host: 'mbp', run: 'a' } } });

  forgetHold(run, PLACE);
  await clock.pass(300_000);
  expect({ seq: await sequence(git), lost }).toEqual({ seq: 4, lost: [] });
  await locks.stop();
  expect(await locks.giveBack(null)).toEqual([{ environment: 'staging', kind: 'free', why: '' }]);
  expect(await readLock(git, PLACE.environment)).toMatchObject({ state: { state: 'free', why: 'release' } });
});

test.each<[string, (git: Server) => void | Promise<void>, number, RegExp]>([
  ['taken by somebody else', (git) => take(git, other), 40_000, /^staging: the deploy lock is not ours any more: it is held by a laptop, sato@other \(process 1\)/u],
  ['not to be renewed for a minute', (git) => git.cut(), 90_000, /^staging: the deploy lock is not ours any more: it could not be renewed for 60 s$/u],
])('%s: the deploy is stopped, and why is said once', async (_, happens, ms, why) => {
  const [git, clock, run] = [refServer(), virtualClock(), runOf('a')];
  const lost: string[] = [];
  const locks = keepLocks({ folder, run: 'a', clientOf: () => git, clock, signal: NOBODY, lost: (reason) => lost.push(reason) });
  await taken(git, clock, run);
  await clock.pass(1_000);
  await happens(git);
  await clock.pass(ms);
  expect(lost).toEqual([expect.stringMatching(why)]);
  await locks.stop();
});

/** A force, as somebody who looked at it before. */
async function take(git: Server, holder: Holder): Promise<void> {
  const forced = await acquire({ git, environment: PLACE.environment, holder, hold: 'run', reason: 'it hangs', phase: 'vendure', from: 'anybody', waitMs: 0, clock: { now: () => 0, sleep: () => Promise.resolve() }, signal: NOBODY, standingOf: unasked, jobsOf: unasked });
  expect(forced.kind).toBe('held');
}

test('a laptop that was killed renews nothing: after 120 s of silence, and not before, who may steal takes its lock', async () => {
  const [git, clock] = [refServer(), virtualClock()];
  await taken(git, clock, runOf('a'));
  const ask = { git, environment: PLACE.environment, holder: other, hold: 'run', reason: 'deploy', phase: 'vendure', clock, signal: NOBODY, standingOf: unasked, jobsOf: unasked, random: () => 1 } as const;
  expect(await acquire({ ...ask, from: 'silent', waitMs: 0 })).toMatchObject({ kind: 'busy', busy: { holder: { user: 'operator', host: 'mbp' } } });
  for (const [from, waitMs, kind] of [['dead', 400_000, 'busy'], ['silent', 100_000, 'busy'], ['silent', 130_000, 'held']] as const) {
    const began = clock.now();
    const asked = acquire({ ...ask, from, waitMs });
    await clock.pass(waitMs + 1_000);
    expect({ from, waitMs, ...(await asked) }).toMatchObject({ from, waitMs, kind });
    expect(clock.now() - began).toBeGreaterThanOrEqual(waitMs);
  }
  expect(await readLock(git, PLACE.environment)).toMatchObject({ state: { why: 'steal', holder: { run: 'b' }, prev_holder: { run: 'a' } } });
});

test('jobs of one laptop enter its lock, those of another do not', async () => {
  const [git, clock] = [refServer(), virtualClock()];
  const ask = (run: RunContext): ReturnType<typeof acquire> => acquire({ git, environment: PLACE.environment, holder: holderOf(run), hold: 'run', reason: '', phase: run.job, from: 'dead', waitMs: 0, clock, signal: NOBODY, standingOf: unasked, jobsOf: unasked });
  await taken(git, clock, runOf('a'));
  expect(await ask({ ...runOf('a'), job: 'dashboard' })).toMatchObject({ kind: 'held', reentered: true });
  expect(await ask(runOf('b'))).toMatchObject({ kind: 'busy' });
});
