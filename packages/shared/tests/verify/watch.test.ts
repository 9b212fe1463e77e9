import { expect, test } from '@jest/globals';
import type { Subject } from '@vendure-deploy/shared/verify';
import { type Watched, watch } from '@vendure-deploy/shared/verify';
import type { Identity, Reading } from '../../src/verify/types.ts';

const [NEW, OLD] = ['b', 'a'].map((digit) => digit.repeat(40)) as [string, string];
const serves: Identity = { kind: 'serves', sha: NEW };
const cold: Identity = { kind: 'no-answer', why: 'connection refused' };
const old: Identity = { kind: 'other-sha', sha: OLD, why: 'serves aaaaaaa, not bbbbbbb' };
const ok: Reading = { kind: 'ok' };
const broken: Reading = { kind: 'failing', why: 'no table' };

interface Script {
  readonly identities?: readonly Identity[];
  readonly reads?: readonly Reading[];
  readonly writes?: readonly Reading[];
  readonly bakeSeconds?: number;
}

/** The last of each list goes on for ever. Time passes only by sleeping. */
async function watched({ identities = [serves], reads = [ok], writes = [ok], bakeSeconds = 0 }: Script): Promise<Watched & { slept: number }> {
  let now = 0;
  const asked = { identity: 0, read: 0, write: 0 };
  const next = <T>(list: readonly T[], kind: keyof typeof asked): Promise<T> => Promise.resolve(list[Math.min(asked[kind]++, list.length - 1)] as T);
  const subject: Subject = {
    surface: 'vendure',
    identity: () => next(identities, 'identity'),
    reads: [{ name: 'health', read: () => next(reads, 'read') }],
    writes: [{ name: 'worker', read: () => next(writes, 'write') }, { name: 'canary', read: () => Promise.resolve(ok) }],
  };
  const result = await watch(subject, {
    attempts: 6, intervalSeconds: 5, propagationSeconds: 25, bakeSeconds,
    clock: { now: () => now, sleep: (ms) => Promise.resolve(void (now += ms)) }, signal: new AbortController().signal, say: () => undefined,
  });
  return { ...result, slept: now / 1000 };
}

const attemptsOf = ({ probes }: Watched): Record<string, number> => Object.fromEntries(probes.map(({ name, attempts }) => [name, attempts]));

test.each<[string, Script, { ok: boolean; attempts: number; slept: number; why?: string }]>([
  ['right at once', {}, { ok: true, attempts: 1, slept: 0 }],
  ['cold, then right', { identities: [cold, cold, serves] }, { ok: true, attempts: 3, slept: 10 }],
  ['never an answer: six attempts', { identities: [cold] }, { ok: false, attempts: 6, slept: 25, why: 'connection refused' }],
  ['the commit before, for good: found out within 30 s', { identities: [old] }, { ok: false, attempts: 6, slept: 25, why: 'serves aaaaaaa, not bbbbbbb' }],
  ['the commit before for a while', { identities: [old, serves] }, { ok: true, attempts: 3, slept: 10 }],
  ['a probe that fails fails fast', { reads: [broken] }, { ok: false, attempts: 2, slept: 5, why: 'no table' }],
  ['a hiccup', { reads: [broken, ok] }, { ok: true, attempts: 2, slept: 5 }],
  ['a worker that is still the old one', { writes: [{ kind: 'stale', why: 'old worker' }, ok] }, { ok: true, attempts: 3, slept: 10 }],
  ['a bake that holds', { bakeSeconds: 20 }, { ok: true, attempts: 5, slept: 20 }],
  ['a bake that falls', { reads: [ok, ok, broken], bakeSeconds: 60 }, { ok: false, attempts: 4, slept: 15, why: 'while baking: no table' }],
  ['a bake with one hiccup', { reads: [ok, broken, ok], bakeSeconds: 10 }, { ok: true, attempts: 3, slept: 10 }],
  ['a hiccup at the end of a bake is looked at again', { reads: [ok, broken, ok], bakeSeconds: 5 }, { ok: true, attempts: 3, slept: 10 }],
])('%s', async (_case, script, expected) => {
  expect(await watched(script)).toMatchObject(expected);
});

test('what writes is asked only once all reads are right, once per verify, and never while baking', async () => {
  expect(attemptsOf(await watched({ reads: [broken] }))).toEqual({ version: 2, health: 2, worker: 0, canary: 0 });
  expect(attemptsOf(await watched({ bakeSeconds: 15 }))).toEqual({ version: 4, health: 4, worker: 1, canary: 1 });
  expect(attemptsOf(await watched({ writes: [broken] }))).toEqual({ version: 2, health: 2, worker: 2, canary: 0 });
});

test('each probe is data: what it came to, how often, why, and what served then', async () => {
  const { probes, sha } = await watched({ reads: [broken] });
  expect(sha).toBe(NEW);
  expect(probes).toMatchObject([
    { surface: 'vendure', name: 'version', ok: true, outcome: 'passed', attempts: 2, why: '', sha: NEW },
    { name: 'health', ok: false, outcome: 'failed', attempts: 2, why: 'no table', sha: NEW },
    { name: 'worker', ok: false, outcome: 'not-reached', attempts: 0, why: '', sha: '' },
    { name: 'canary', ok: false, outcome: 'not-reached' },
  ]);
});
