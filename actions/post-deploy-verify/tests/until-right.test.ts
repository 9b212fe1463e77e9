import { expect, test } from '@jest/globals';
import { untilRight } from '../src/until-right.ts';

const NEW = 'b'.repeat(40);
const right = { ok: true, sha: NEW, why: '' };
const cold = { ok: false, sha: '', why: 'connect ECONNREFUSED' };
const old = { ok: false, sha: 'a'.repeat(40), why: 'serves aaaaaaa, not bbbbbbb' };

test.each([
  ['right at once', [right], 3, { ok: true, attempts: 1 }],
  ['cold, then right', [cold, cold, right], 3, { ok: true, attempts: 3 }],
  ['old for a while, then right', [old, right], 3, { ok: true, attempts: 2 }],
  ['never right', [cold, old, old], 3, { ok: false, attempts: 3, why: 'serves aaaaaaa, not bbbbbbb' }],
])('%s', async (_, answers, attempts, expected) => {
  const slept: number[] = [];
  const left = [...answers];
  const outcome = await untilRight({
    probe: () => Promise.resolve(left.shift() ?? cold),
    attempts,
    intervalMs: 5000,
    clock: { now: () => 0, sleep: (ms) => Promise.resolve(void slept.push(ms)) },
    signal: new AbortController().signal,
    say: () => undefined,
  });
  expect(outcome).toMatchObject(expected);
  expect(slept).toEqual(Array.from({ length: outcome.attempts - 1 }, () => 5000));
});
