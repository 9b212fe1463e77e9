import { expect, test } from '@jest/globals';
import { type Machine, ProviderError } from '@vendure-deploy/shared/providers/fly';
import type { Attempted } from '../../src/attempts.ts';
import { judgeIll, judgeRedis, redisGoal, type RedisLook, wellGoal } from '../../src/redis/judge.ts';
import type { RedisDeploy } from '../../src/redis/plan.ts';
import { machine, REDIS } from './stage.ts';

const DEPLOY: RedisDeploy = { image: 'x', tag: 'v1', digest: 'sha256:aa', groups: ['redis'], fleet: { redis: 2 }, afterRelease: 1, inUse: 'accepted' };
const old = machine({ id: 'old' });
const fresh = machine({ id: 'new', releaseVersion: '2' });
const ill = machine({ id: 'ill', releaseVersion: '2', checks: [{ name: 'redis', status: 'critical' }] });
const seen = (...machines: Machine[]): RedisLook => ({ fly: null, machines });
const UNREADABLE: RedisLook = { fly: new ProviderError('unavailable', 'Fly did not answer'), machines: [] };

test.each([
  ['all of a newer release', seen(fresh, fresh), 'target'],
  ['all of before', seen(old, old), 'before'],
  ['one of each', seen(old, fresh), 'mixed'],
  ['one is missing', seen(fresh), 'mixed'],
  ['an old one beside them', seen(fresh, fresh, old), 'mixed'],
  ['a check that does not pass', seen(fresh, ill), 'moving'],
  ['another image', seen(fresh, machine({ releaseVersion: '2', digest: 'sha256:bb' })), 'mixed'],
  ['none left', seen(), 'mixed'],
  ['no answer', UNREADABLE, 'unreadable'],
])('%s', (_case, look, where) => {
  expect(redisGoal('redis-1', DEPLOY).convergence(look)).toBe(where);
});

test.each([
  ['well, whatever its release', seen(old, fresh), 'target'],
  ['one is ill', seen(fresh, ill), 'moving'],
  ['none', seen(), 'moving'],
  ['no answer', UNREADABLE, 'unreadable'],
])('waiting for it: %s', (_case, look, where) => {
  expect(wellGoal('redis-1').convergence(look)).toBe(where);
});

function tried(observed: RedisLook, exitCode: number | null, cancelled = false): Attempted<RedisLook> {
  return { attempt: { kind: 'ended', exitCode, cancelled, timedOut: false, releaseCommandFailed: false, transience: null, lastWords: 'Error: boom', release: null }, observed, runs: 1, again: null, leases: [], stopped: null };
}

test.each([
  // flyctl said, what is read         decision   reason             what is said of what it accepts
  [tried(seen(old, old), 0),           'failed',  'redis-not-synced', 'flyctl said that it succeeded. Every Machine of it accepts what it accepted before; what is staged ships with the next deploy of redis-1.'],
  [tried(seen(old, old), 1),           'failed',  'redis-not-synced', 'flyctl ended with exit code 1. Its last words: Error: boom. Every Machine of it accepts what it accepted before'],
  [tried(seen(old, fresh), 1),         'failed',  'redis-not-synced', 'Machine old [redis] has the passwords of before; Machine new [redis] has the wanted PW and PW_OLD.'],
  [tried(seen(fresh, ill), 1),         'failed',  'redis-not-synced', 'Machine ill [redis] has the wanted PW and PW_OLD, is started, and redis does not pass.'],
  [tried(seen(), 1),                   'failed',  'redis-not-synced', 'It has no Machine any more, so nothing is accepted.'],
  [tried(UNREADABLE, 0),               'unknown', 'redis-not-synced', 'What it accepts now could not be read (Fly did not answer).'],
  [tried(seen(old, old), null, true),  'unknown', 'cancelled',        'Cancelled while flyctl worked. Its last words: Error: boom. Every Machine of it accepts what it accepted before'],
])('%j: the shop is not touched', (attempted, decision, reasonCode, sentence) => {
  const judgement = judgeRedis(REDIS, DEPLOY, attempted, 7);
  expect(judgement).toMatchObject({ decision, reasonCode });
  expect(judgement?.message).toContain(sentence);
  expect(judgement?.message).toMatch(/The shop was not touched: its Machines use the PW of before\. Run this again: {2}gh run rerun 7 --failed \. The way back is the same command with the old value as PW\.$/u);
});

test.each([0, 1, null])('every Machine has them: the shop goes on, although flyctl ended with %s', (exitCode) => {
  expect(judgeRedis(REDIS, DEPLOY, tried(seen(fresh, fresh), exitCode), 7)).toBeNull();
});

test.each([
  [seen(ill), false, 'failed', 'redis-not-synced', 'Machine ill [redis] is started, and redis does not pass'],
  [seen(), false, 'failed', 'redis-not-synced', 'it has no Machine'],
  [UNREADABLE, false, 'unknown', 'redis-not-synced', 'it could not be read (Fly did not answer)'],
  [seen(ill), true, 'unknown', 'cancelled', 'Machine ill [redis] is started, and redis does not pass'],
] as const)('an earlier run left it ill: the shop is not given the password (%#)', (look, cancelled, decision, reasonCode, why) => {
  const judgement = judgeIll(REDIS, look, { runId: 7, cancelled });
  expect(judgement).toMatchObject({ decision, reasonCode });
  expect(judgement.message).toContain(`The Redis app redis-1 has both passwords, and is not well: ${why}.`);
});
