import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { FlySecret } from '@vendure-deploy/shared/providers/fly';
import { Secret } from '@vendure-deploy/shared/secrets';
import { arrival, compare, different, isKnownToDiffer, showsForm } from '../../src/secrets/compare.ts';

const sha256 = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 16);
const md5 = (value: string): string => createHash('md5').update(value).digest('hex');
const otherwise = (value: string): string => createHash('sha512').update(`salt ${value}`).digest('hex').slice(0, 16);

const values = (given: Readonly<Record<string, string>>): Map<string, Secret> => new Map(Object.entries(given).map(([name, value]) => [name, new Secret(value)]));
const listed = (given: Readonly<Record<string, string>>, digest: (value: string) => string = sha256): FlySecret[] => Object.entries(given).map(([name, value]) => ({ name, digest: digest(value), updatedAt: 1 }));

const nothing = { same: [], changed: [], absent: [], staged: [], unwanted: [], scheme: 'known' };

test.each([
  // wanted                what Fly lists                       staged   what is found                                                  deploy again
  ['all the same',         { A: '1', B: '2' }, listed({ A: '1', B: '2' }), [],      { same: ['A', 'B'] },                                  false],
  ['the older digests',    { A: '1' },         listed({ A: '1' }, md5),    [],      { same: ['A'] },                                       false],
  ['one is absent',        { A: '1', B: '2' }, listed({ A: '1' }),         [],      { same: ['A'], absent: ['B'] },                        true],
  ['one differs',          { A: '1', B: '3' }, listed({ A: '1', B: '2' }), [],      { same: ['A'], changed: ['B'] },                       true],
  ['one is staged',        { A: '1' },         listed({ A: '1' }),         ['A'],   { same: ['A'], staged: ['A'] },                        true],
  ['a foreign one staged', { A: '1' },         listed({ A: '1', Z: '9' }), ['Z'],   { same: ['A'], staged: ['Z'], unwanted: ['Z'] },       true],
  ['nothing at Fly',       { A: '1' },         [],                         [],      { absent: ['A'] },                                     true],
  ['an unknown scheme',    { A: '1', B: '2' }, listed({ A: '1', B: '2' }, otherwise), [], { changed: ['A', 'B'], scheme: 'unknown' },      false],
  ['unknown, and absent',  { A: '1', B: '2' }, listed({ A: '1' }, otherwise), [],   { changed: ['A'], absent: ['B'], scheme: 'unknown' },  true],
  ['the only one differs', { A: '1' },         listed({ A: '2' }),         [],      { changed: ['A'], scheme: 'unknown' },                 false],
  ['nothing wanted',       {},                 listed({ Z: '9' }),         [],      { unwanted: ['Z'] },                                   false],
] as const)('%s', (_case, wanted, list, staged, found, again) => {
  const comparison = compare(values(wanted), list, staged);
  expect(comparison).toEqual({ ...nothing, ...found });
  expect(isKnownToDiffer(comparison)).toBe(again);
});

test('another app explains the digests: then the only one that differs is known to', () => {
  const wanted = values({ A: '1', B: '2' });
  expect(showsForm(wanted, listed({ Z: '2' }))).toBe(true);
  expect(showsForm(wanted, listed({ Z: '3' }))).toBe(false);
  expect(showsForm(wanted, listed({ A: '1' }, otherwise))).toBe(false);
  expect(compare(wanted, listed({ A: '0', B: '0' }), [], true)).toEqual({ ...nothing, changed: ['A', 'B'] });
});

test('what is to be staged: whatever is not proven to be the same', () => {
  expect(different(compare(values({ C: '3', A: '1', B: '2' }), listed({ A: '1', B: 'x' }), []))).toEqual(['B', 'C']);
});

test.each([
  // staged                         understood before                    after                                    what became of it
  ['all arrived',                   'unknown', listed({ A: '0' }),       listed({ A: '1', B: '2' }),              { renewed: ['A', 'B'] }],
  ['the same value again',          'unknown', listed({ A: '1' }),       listed({ A: '1', B: '2' }),              { renewed: ['B'], unmoved: ['A'] }],
  ['one is not there',              'unknown', [],                       listed({ A: '1' }),                      { renewed: ['A'], missing: [{ name: 'B', why: 'Fly does not list it' }] }],
  ['one was bent on the way',       'unknown', listed({ B: '0' }),       listed({ A: '1', B: 'bent' }),           { renewed: ['A'], missing: [{ name: 'B', why: 'its digest is not that of the value' }] }],
  ['none was written',              'unknown', listed({ A: '0' }),       listed({ A: '0' }),                      { unmoved: ['A'], missing: [{ name: 'B', why: 'Fly does not list it' }], scheme: 'unknown' }],
  ['none was written, and Fly is understood', 'known', listed({ A: '0', B: '0' }), listed({ A: '0', B: '0' }),  { missing: [{ name: 'A', why: 'its digest is still that of another value' }, { name: 'B', why: 'its digest is still that of another value' }], scheme: 'unknown' }],
  ['in another form than the proven', 'known', listed({ A: '0', B: '0' }, md5), listed({ A: '1', B: '2' }, otherwise), { renewed: ['A', 'B'], scheme: 'unknown' }],
  ['in a form that is not known',   'unknown', listed({ A: '1' }, otherwise), listed({ A: '1', B: '2' }, otherwise), { renewed: ['B'], unmoved: ['A'], scheme: 'unknown' }],
] as const)('%s', (_case, scheme, before, after, found) => {
  expect(arrival(values({ A: '1', B: '2' }), { scheme }, before, after)).toEqual({ missing: [], renewed: [], unmoved: [], scheme: 'known', ...found });
});
