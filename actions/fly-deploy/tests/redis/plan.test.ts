import { expect, test } from '@jest/globals';
import type { FlySecret, Machine } from '@vendure-deploy/shared/providers/fly';
import { Secret } from '@vendure-deploy/shared/secrets';
import { planRedis, type RedisPlan } from '../../src/redis/plan.ts';
import { compareRedis } from '../../src/redis/state.ts';
import { listed, machine, otherwise, REDIS, shopOf } from './stage.ts';

const WANTED = { DATABASE: 'db', PW: 'new', PW_OLD: 'old' };
const BEFORE = listed({ PW: 'old', PW_OLD: 'older' });
/** A text that has this in it. */
const saying = (text: string): unknown => expect.stringContaining(text);
const SYNCED = listed({ PW: 'new', PW_OLD: 'old' });

function plan({ machines = [machine()], redis = BEFORE, staged = [], shop = listed({ DATABASE: 'db', PW: 'old' }), shopStaged = [], understood = true }: { machines?: Machine[]; redis?: FlySecret[]; staged?: string[]; shop?: FlySecret[]; shopStaged?: string[]; understood?: boolean }): RedisPlan {
  const { order, comparison } = compareRedis(REDIS.names, { password: new Secret('new'), previous: new Secret('old') }, { listed: redis, staged }, understood);
  return planRedis(REDIS, { machines, secrets: { wanted: { values: order, versions: {} }, listed: redis, comparison } }, shopOf(WANTED, shop, shopStaged));
}

test.each([
  ['both have what is wanted', { redis: SYNCED, shop: listed({ DATABASE: 'db', PW: 'new' }) }, { kind: 'nothing' }],
  ['only another secret of the shop differs', { redis: SYNCED, shop: listed({ DATABASE: 'x', PW: 'new' }) }, { kind: 'nothing' }],
  ['the Redis app is ready, the shop not yet', { redis: SYNCED }, { kind: 'wait' }],
  ['the shop has it staged', { redis: SYNCED, shop: listed({ DATABASE: 'db', PW: 'new' }), shopStaged: ['PW'] }, { kind: 'wait' }],
  ['a change', {}, { kind: 'deploy', deploy: { image: 'registry.fly.io/redis-1:v1@sha256:aa', tag: 'v1', digest: 'sha256:aa', groups: ['redis'], fleet: { redis: 1 }, afterRelease: 1, inUse: 'accepted' } }],
  ['a change of the further one alone', { redis: listed({ PW: 'new', PW_OLD: 'older' }), shop: listed({ PW: 'new' }) }, { kind: 'deploy', deploy: { inUse: 'accepted' } }],
  ['staged at the Redis app already', { redis: SYNCED, staged: ['PW'] }, { kind: 'deploy' }],
  ['a shop that has none yet', { shop: listed({ DATABASE: 'db' }) }, { kind: 'deploy', deploy: { inUse: 'none' } }],
  ['a shop whose password is staged', { shop: listed({ PW: 'new' }), shopStaged: ['PW'] }, { kind: 'deploy', deploy: { inUse: 'unknown' } }],
  ['digests that nobody understands', { redis: listed({ PW: 'old' }, otherwise), shop: listed({ PW: 'old' }, otherwise), understood: false }, { kind: 'deploy', deploy: { inUse: 'unknown' } }],
  ['an image that is pinned already', { machines: [machine({ image: 'registry.fly.io/redis-1:v1@sha256:aa' })] }, { kind: 'deploy', deploy: { image: 'registry.fly.io/redis-1:v1@sha256:aa' } }],
  ['an image without a digest', { machines: [machine({ digest: '' })] }, { kind: 'deploy', deploy: { image: 'registry.fly.io/redis-1:v1' } }],
  ['a shop that uses neither', { shop: listed({ DATABASE: 'db', PW: 'another' }) }, { kind: 'refuse', why: saying("the shop's Machines use a PW that is neither the wanted one nor PW_OLD") }],
  ['no Machine', { machines: [] }, { kind: 'refuse', why: saying('has no Machine') }],
  ['two images', { machines: [machine(), machine({ digest: 'sha256:bb' })] }, { kind: 'refuse', why: saying('run 2 images (sha256:aa, sha256:bb)') }],
  ['no image told', { machines: [machine({ image: '', digest: '' })] }, { kind: 'refuse', why: saying('Fly does not say which image') }],
  ['one that is stopped', { machines: [machine(), machine({ id: 'm2', state: 'stopped' })] }, { kind: 'refuse', why: saying('Machine m2 [redis] is stopped in the Redis app "redis-1", and a deploy would leave it so. Start it:  flyctl machine start m2 --app redis-1') }],
  ['two images, and nothing to bring', { redis: SYNCED, shop: listed({ PW: 'new' }), machines: [machine(), machine({ digest: 'sha256:bb' })] }, { kind: 'nothing' }],
])('%s', (_case, given, wanted) => {
  expect(plan(given)).toMatchObject(wanted);
});
