import { expect, test } from '@jest/globals';
import { type Attempt, attemptOf, baked, decide } from '../../src/verify/decide.ts';

const LIMITS = { attempts: 6, intervalSeconds: 5, propagationSeconds: 25 };
const SHA = 'b'.repeat(40);

/** One look each five seconds: 0 no answer, ? an answer without a commit, o another commit, x a probe fails, ! right. */
const KINDS = { 0: 'no-answer', '?': 'unreadable', o: 'other-sha', x: 'failing', '!': 'right' } as const;
const looks = (signs: string): Attempt[] => signs.split('').map((sign, index) => ({ kind: KINDS[sign as keyof typeof KINDS], why: `look ${index + 1}`, atSeconds: index * 5 }));

test.each([
  // looks         then
  ['', 'again'],
  ['!', 'passed'],
  ['00000', 'again'],
  ['00000!', 'passed'],
  ['000000', 'failed: look 6'],
  ['?0?0?', 'again'],
  ['?0?0?0', 'failed: look 6'],
  ['ooooo', 'again'],
  ['oooooo', 'failed: look 6'],
  ['oo!', 'again'],
  ['oo!!', 'passed'],
  ['o!o!o!', 'again'],
  ['o!o!o!o', 'failed: look 7'],
  ['00000ooooo', 'again'],
  ['00000oooooo', 'failed: look 11'],
  ['oooo00000!', 'again'],
  ['oooo00000!!', 'passed'],
  ['oooo000000', 'failed: look 10'],
  ['x', 'again'],
  ['x!', 'passed'],
  ['xx', 'failed: look 2'],
  ['00xx', 'failed: look 4'],
  ['x0x', 'again'],
  ['x0x0x0', 'failed: look 6'],
  ['oxx', 'failed: look 3'],
])('%s: %s', (signs, wanted) => {
  const decision = decide(looks(signs), LIMITS);
  expect(decision.kind === 'failed' ? `failed: ${decision.why}` : decision.kind).toBe(wanted);
});

test.each([['0', 1, 'failed'], ['x', 1, 'failed'], ['o', 1, 'again'], ['!', 1, 'passed']])('with %s and one attempt: %s %s', (signs, attempts, wanted) => {
  expect(decide(looks(signs), { ...LIMITS, attempts }).kind).toBe(wanted);
});

test('without a propagation another commit is a verdict at once', () => {
  expect(decide(looks('o'), { ...LIMITS, propagationSeconds: 0 })).toEqual({ kind: 'failed', why: 'look 1' });
});

test.each([['', 'again'], ['!', 'passed'], ['x', 'again'], ['!!x', 'again'], ['!x!', 'passed'], ['!x0', 'failed'], ['xo', 'failed']])('baking, %s: %s', (signs, wanted) => {
  expect(baked(looks(signs)).kind).toBe(wanted);
});

test('whatever comes, it is decided', () => {
  let seed = 7;
  for (let run = 0; run < 200; run += 1) {
    let signs = '';
    do {
      seed = (seed * 48_271) % 2_147_483_647;
      signs += '0?ox!'[seed % 5] ?? '';
    } while (decide(looks(signs), LIMITS).kind === 'again');
    expect(signs.length).toBeLessThan(25);
  }
});

test('a look is the commit first, then its worst reading; a warning and what is not configured spoil nothing', () => {
  const serves = { kind: 'serves', sha: SHA } as const;
  expect(attemptOf({ kind: 'other-sha', sha: SHA, why: 'old' }, [{ kind: 'failing', why: 'x' }], 1)).toEqual({ kind: 'other-sha', why: 'old', atSeconds: 1 });
  expect(attemptOf(serves, [{ kind: 'no-answer', why: 'reset' }, { kind: 'failing', why: 'x' }, { kind: 'failing', why: 'y' }], 0)).toMatchObject({ kind: 'failing', why: 'x; y' });
  expect(attemptOf(serves, [{ kind: 'no-answer', why: 'reset' }, { kind: 'stale', why: 'old worker' }], 0)).toMatchObject({ kind: 'other-sha', why: 'old worker' });
  expect(attemptOf(serves, [{ kind: 'ok' }, { kind: 'warning', why: 'w' }, { kind: 'not-configured', why: 'n' }], 0)).toMatchObject({ kind: 'right' });
});
