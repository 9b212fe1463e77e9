import { describe, expect, test } from '@jest/globals';
import { healed, leftOut } from '../src/notes.ts';

const NOTHING = { 'skip-secrets-sync': false, 'skip-redis-sync': false, 'skip-machine-settle': false, 'skip-drift-audit': false, 'skip-backup': false };
const EVERYTHING = { 'skip-secrets-sync': true, 'skip-redis-sync': true, 'skip-machine-settle': true, 'skip-drift-audit': true, 'skip-backup': true };
const BARE = { secrets: undefined, redis: undefined, commands: undefined };
const WHOLE: Parameters<typeof leftOut>[1] = {
  secrets: { source: 'inputs', names: ['REDIS_PASSWORD'] },
  redis: { app: 'shop-redis', 'fly-config': 'redis/fly.toml', password: 'REDIS_PASSWORD', previous: 'REDIS_PREVIOUS' },
  commands: { environment: [], 'drift-audit': { run: ['audit'], 'timeout-seconds': 60 }, backup: { run: ['backup'], 'timeout-seconds': 60, 'minimum-bytes': 1, 'maximum-age-seconds': 60 } },
};
const SETTLE = 'Nobody waited for the Machines to settle: skip-machine-settle is set.';
const ofRedis = (by: string): string => `The passwords of the Redis app shop-redis were not looked at: ${by} is set.`;

describe('what a switch left out', () => {
  test.each<[string, Partial<typeof NOTHING>, Parameters<typeof leftOut>[1], readonly string[]]>([
    ['no switch',                               {},                            WHOLE, []],
    ['every switch, and nothing is configured', EVERYTHING,                    BARE,  [SETTLE]],
    ['every switch',                            EVERYTHING,                    WHOLE, ['The secrets at Fly were not compared with the wanted ones: skip-secrets-sync is set.', ofRedis('skip-redis-sync'), SETTLE, 'The drift audit was not run: skip-drift-audit is set.', 'No backup was taken: skip-backup is set.']],
    ['the secrets, and Redis with them',        { 'skip-secrets-sync': true }, WHOLE, ['The secrets at Fly were not compared with the wanted ones: skip-secrets-sync is set.', ofRedis('skip-secrets-sync')]],
    ['the backup',                              { 'skip-backup': true },       WHOLE, ['No backup was taken: skip-backup is set.']],
  ])('%s', (_, switches, surface, whats) => {
    const { whileReading, beforeAnyWrite, beforeTheShop } = leftOut({ ...NOTHING, ...switches }, surface);
    expect([...whileReading, ...beforeAnyWrite, ...beforeTheShop]).toEqual(whats.map((what) => ({ kind: 'skipped', what })));
  });

  test('each stands at the time when it would have been done', () => {
    const { whileReading, beforeAnyWrite, beforeTheShop } = leftOut(EVERYTHING, WHOLE);
    expect([whileReading.length, beforeAnyWrite.length, beforeTheShop.length]).toEqual([2, 1, 2]);
  });
});

test.each([
  [null, []],
  ['lease-held', ['shop: flyctl failed because somebody held the lease of a Machine; the Machines settled, and a second run of it succeeded.']],
  ['fly-unwell', ['shop: flyctl failed because Fly refused or lost a call; the Machines settled, and a second run of it succeeded.']],
] as const)('a second run because of %s', (again, whats) => {
  expect(healed('shop', again)).toEqual(whats.map((what) => ({ kind: 'healed', what })));
});
