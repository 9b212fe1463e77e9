import { expect, test } from '@jest/globals';
import { Secret } from '@vendure-deploy/shared/secrets';
import { isKnownToDiffer } from '../../src/secrets/compare.ts';
import { compareRedis } from '../../src/redis/state.ts';
import { listed, otherwise, REDIS } from './stage.ts';

const nothing = { same: [], changed: [], absent: [], staged: [], unwanted: [], scheme: 'known' };

// Wanted is always PW=new, beside it PW_OLD=old.
test.each([
  //                              what the Redis app has                          staged      understood  what is found                                          bring it
  ['as wanted',                   listed({ PW: 'new', PW_OLD: 'old' }),           [],         true,  { same: ['PW', 'PW_OLD'] },                              false],
  ['the other way round',         listed({ PW: 'old', PW_OLD: 'new' }),           [],         true,  { same: ['PW', 'PW_OLD'] },                              false],
  ['before a change',             listed({ PW: 'old', PW_OLD: 'older' }),         [],         true,  { changed: ['PW', 'PW_OLD'] },                           true],
  ['before the first one',        listed({ PW: 'old' }),                          [],         true,  { changed: ['PW'], absent: ['PW_OLD'] },                 true],
  ['one of both',                 listed({ PW: 'new', PW_OLD: 'older' }),         [],         true,  { same: ['PW'], changed: ['PW_OLD'] },                   true],
  ['the new one twice',           listed({ PW: 'new', PW_OLD: 'new' }),           [],         true,  { same: ['PW'], changed: ['PW_OLD'] },                   true],
  ['staged by a run that failed', listed({ PW: 'new', PW_OLD: 'old' }),           ['PW'],     true,  { same: ['PW', 'PW_OLD'], staged: ['PW'] },              true],
  ['a foreign one staged',        listed({ PW: 'new', PW_OLD: 'old', Z: '9' }),   ['Z'],      true,  { same: ['PW', 'PW_OLD'], staged: ['Z'], unwanted: ['Z'] }, true],
  ['nobody understands it',       listed({ PW: 'new', PW_OLD: 'old' }, otherwise), [],        false, { changed: ['PW', 'PW_OLD'], scheme: 'unknown' },        false],
  ['the shop explains it',        listed({ PW: 'old', PW_OLD: 'older' }, otherwise), [],      true,  { changed: ['PW', 'PW_OLD'] },                           true],
] as const)('%s', (_case, list, staged, understood, found, bring) => {
  const { comparison } = compareRedis(REDIS.names, { password: new Secret('new'), previous: new Secret('old') }, { listed: list, staged }, understood);
  expect(comparison).toEqual({ ...nothing, ...found });
  expect(isKnownToDiffer(comparison)).toBe(bring);
});
