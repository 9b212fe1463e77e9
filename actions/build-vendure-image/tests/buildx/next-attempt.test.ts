import { expect, test } from '@jest/globals';
import { attemptDeadline, nextAttempt } from '../../src/buildx/next-attempt.ts';
import type { Attempt, CacheName, Ended } from '../../src/buildx/types.ts';

const minute = 60_000;
const attempt = (ended: Ended, ...cache: CacheName[]): Attempt => ({ seconds: 1, cache: { from: cache, to: [] }, ended, said: '' });
const failed = attempt('push-failed-transient');

test.each<[name: string, attempts: Attempt[], retries: number, msLeft: number, next: string]>([
  ['ok',                                  [attempt('ok', 'gha')],                          2, 10 * minute, 'stop'],
  ['a build failure, with every cache',   [attempt('build-failed', 'gha', 'local')],       2, 10 * minute, 'stop'],
  ['a push that is refused',              [attempt('push-failed-permanent')],              2, 10 * minute, 'stop'],
  ['no app',                              [attempt('app-missing')],                        2, 10 * minute, 'stop'],
  ['a full disk',                         [attempt('no-space')],                           2, 10 * minute, 'stop'],
  ['cancelled',                           [attempt('cancelled', 'gha')],                   2, 10 * minute, 'stop'],
  ['late, with GitHub\'s cache',          [attempt('timed-out', 'gha')],                   0, 10 * minute, 'again after 0 s without gha'],
  ['late, without it',                    [attempt('timed-out', 'local', 'registry')],     2, 10 * minute, 'stop'],
  ['late twice',                          [attempt('timed-out', 'gha'), attempt('timed-out')], 2, minute,  'stop'],
  ['late, and no time left',              [attempt('timed-out', 'gha')],                   2, 0,           'stop'],
  ['a cache in the way',                  [attempt('cache-failed', 'local')],              0, minute,      'again after 0 s without all'],
  ['the same without one',                [attempt('cache-failed')],                       2, minute,      'stop'],
  ['the first failed push',               [attempt('push-failed-transient', 'gha')],       2, 10 * minute, 'again after 5 s without exports'],
  ['the second',                          [failed, failed],                                2, 10 * minute, 'again after 10 s without exports'],
  ['the third',                           [failed, failed, failed],                        2, 10 * minute, 'stop'],
  ['the fourth of four retries',          [failed, failed, failed, failed],                4, 10 * minute, 'again after 40 s without exports'],
  ['the sixth of nine',                   Array.from({ length: 6 }, () => failed),         9, 10 * minute, 'again after 40 s without exports'],
  ['no retries wanted',                   [failed],                                        0, 10 * minute, 'stop'],
  ['no time for the wait',                [failed, failed],                                2, 9_000,       'stop'],
  ['late, then a failed push',            [attempt('timed-out', 'gha'), failed],           2, 10 * minute, 'again after 5 s without exports'],
])('%s', (_name, attempts, pushRetries, msLeft, expected) => {
  const next = nextAttempt(attempts, { pushRetries, attemptMs: null }, msLeft);
  expect(next.kind === 'stop' ? 'stop' : `again after ${next.waitMs / 1000} s without ${next.drop}`).toBe(expected);
});

test.each([
  ['without GitHub\'s cache, all that is left', false, null, 25, 25],
  ['with it, 60 % of what is left', true, null, 25, 15],
  ['at least three minutes', true, null, 4, 3],
  ['never more than what is left', true, null, 2, 2],
  ['as given', true, 7 * minute, 25, 7],
  ['as given, but never more than what is left', true, 7 * minute, 5, 5],
])('the deadline of an attempt: %s', (_name, gha, attemptMs, left, minutes) => {
  expect(attemptDeadline(gha, { pushRetries: 2, attemptMs }, left * minute)).toBe(minutes * minute);
});
