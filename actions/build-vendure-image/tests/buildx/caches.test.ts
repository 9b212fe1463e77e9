import { expect, test } from '@jest/globals';
import { Secret } from '@vendure-deploy/shared/secrets';
import { type CacheGround, cacheScope, planCaches } from '../../src/buildx/caches.ts';
import type { GhaOffer } from '../../src/buildx/gha-offer.ts';
import type { CacheSettings } from '../../src/buildx/types.ts';

const settings: CacheSettings = { choice: 'auto', registryCacheTo: false, mode: 'min', directory: '/cache', registryReference: 'registry.fly.io/shop:cache' };
const offer: GhaOffer = { token: new Secret('t'), url: 'http://127.0.0.1/', resultsUrl: null, v2: false, mayWrite: true, scopes: ['refs/heads/main'] };
const offered = (more: Partial<GhaOffer> = {}): CacheGround['gha'] => ({ kind: 'offered', offer: { ...offer, ...more } });
const ground: CacheGround = { gha: { kind: 'absent' }, buildx: [0, 29], buildkit: [[0, 25]], mayExport: true, directory: { kind: 'usable', hasIndex: true } };

const ghaFrom = 'type=gha,scope=shop-linux-amd64';
const ghaTo = 'type=gha,scope=shop-linux-amd64,mode=min,ignore-error=true';
const localFrom = 'type=local,src=/cache';
const localTo = 'type=local,dest=/cache.new,mode=min,ignore-error=true';
const registryFrom = 'type=registry,ref=registry.fly.io/shop:cache';
const registryTo = 'type=registry,ref=registry.fly.io/shop:cache,mode=min,ignore-error=true,image-manifest=true,oci-mediatypes=true';

type Case = [name: string, settings: Partial<CacheSettings>, ground: Partial<CacheGround>, from: string[], to: string[], dropped: RegExp[]];
test.each<Case>([
  ['in CI',                                {},                          { gha: offered() },                        [ghaFrom],                 [ghaTo],             []],
  ['in CI, with the registry',             { registryCacheTo: true },   { gha: offered() },                        [ghaFrom, registryFrom],   [ghaTo, registryTo], []],
  ['in CI, all stages',                    { mode: 'max' },             { gha: offered() },                        [ghaFrom],                 [ghaTo.replace('min', 'max')], []],
  ['a fork, which may only read',          {},                          { gha: offered({ mayWrite: false }) },     [ghaFrom],                 [],                  []],
  ['a laptop',                             {},                          {},                                        [localFrom, registryFrom], [localTo],           []],
  ['a laptop, the first time',             {},                          { directory: { kind: 'usable', hasIndex: false } }, [registryFrom],  [localTo],           []],
  ['a laptop without a registry cache',    { registryReference: null }, {},                                        [localFrom],               [localTo],           []],
  ['a laptop, nothing to write to',        {},                          { directory: { kind: 'unusable', why: 'no room' } }, [registryFrom],  [],                  [/^no room$/]],
  ['local in CI',                          { choice: 'local' },         { gha: offered() },                        [localFrom, registryFrom], [localTo],           []],
  ['gha where there is none',              { choice: 'gha' },           {},                                        [],                        [],                  [/the runner offers none/]],
  ['a malformed token',                    {},                          { gha: { kind: 'unusable', why: 'bad token' } }, [],                 [],                  [/^bad token$/]],
  ['none',                                 { choice: 'none' },          { gha: offered() },                        [],                        [],                  []],
  ['none but the registry',                { choice: 'none', registryCacheTo: true }, { gha: offered() },          [registryFrom],            [registryTo],        []],
  ['v2 and buildx 0.20',                   {},                          { gha: offered({ v2: true }), buildx: [0, 20] }, [],                 [],                  [/buildx 0\.20 is too old/]],
  ['v2 and BuildKit 0.19 in one node',     {},                          { gha: offered({ v2: true }), buildkit: [[0, 25], [0, 19]] }, [],    [],                  [/BuildKit 0\.19 is too old/]],
  ['v2 and versions that are not told',    {},                          { gha: offered({ v2: true }), buildx: null, buildkit: [null] }, [ghaFrom], [ghaTo],       []],
  ['v1 and buildx 0.13',                   {},                          { gha: offered(), buildx: [0, 13] },       [ghaFrom],                 [ghaTo],             []],
  ['the classic docker driver',            { registryCacheTo: true },   { gha: offered(), mayExport: false },      [ghaFrom, registryFrom],   [],                  [/cannot export a cache/]],
  ['the classic docker driver, read only', { choice: 'none' },          { mayExport: false },                      [],                        [],                  []],
  ['a directory with a comma',             { directory: '/a,"b', registryReference: null }, {},                     ['type=local,"src=/a,""b"'], ['type=local,"dest=/a,""b.new",mode=min,ignore-error=true'], []],
])('%s', (_name, some, found, from, to, dropped) => {
  const planned = planCaches({ ...settings, ...some }, 'shop-linux-amd64', { ...ground, ...found });
  expect({ from: planned.plan.from.map(({ value }) => value), to: planned.plan.to.map(({ value }) => value) }).toEqual({ from, to });
  expect(planned.dropped).toEqual(dropped.map((like) => expect.stringMatching(like)));
});

test.each([
  ['registry.fly.io/shop-production:production-1', 'shop-production-linux-amd64'],
  ['127.0.0.1:5000/team/shop:1', 'team-shop-linux-amd64'],
])('the scope of %s is %s', (reference, scope) => expect(cacheScope(reference, 'linux/amd64')).toBe(scope));
