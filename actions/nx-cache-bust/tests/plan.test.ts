import { expect, test } from '@jest/globals';
import type { CacheEntry } from '@vendure-deploy/shared/providers/github';
import { removalsOf } from '../src/delete.ts';
import { planBust, refusalOf } from '../src/plan.ts';
import { nextRestored } from '../src/restore-order.ts';

const [OWN, MAIN] = ['refs/heads/develop', 'refs/heads/main'];
let ids = 0;
/** The later it stands in a test, the newer it is. */
const entry = (ref: string, key: string, version = 'v'): CacheEntry => ({ id: (ids += 1), ref, key, version, createdAt: `2026-01-01T00:00:${String(ids).padStart(2, '0')}Z`, bytes: 1 });

const [ownOld, ownNew, mainExact, mainNew] = [entry(OWN, 'nx-develop-1'), entry(OWN, 'nx-develop-2'), entry(MAIN, 'nx-develop-3'), entry(MAIN, 'nx-main-1')];
const other = entry(OWN, 'nx-develop-3', 'of other paths');
const all = [ownOld, ownNew, mainExact, mainNew, other];
const asked = { key: 'nx-develop-3', restoreKeys: ['nx-develop-', 'nx-'] };

test.each<[string, readonly string[], readonly CacheEntry[], CacheEntry | null]>([
  ["its own ref comes first, though the default branch has just that key", [OWN, MAIN], all, ownNew],
  ['then the default branch: just that key', [OWN, MAIN], [mainNew, mainExact], mainExact],
  ['then the newest that a restore key begins', [OWN, MAIN], [mainNew], mainNew],
  ['a ref that the job cannot read is none', [MAIN], [ownNew], null],
  ['an entry of other paths is none', [OWN, MAIN], [other], null],
])('%s', (_, refs, entries, expected) => {
  expect(nextRestored(asked, refs, entries, 'v')).toBe(expected);
});

test('of two that were saved at the same moment the later one is the newer', () => {
  const [first, second] = [{ ...ownNew, id: 1 }, { ...ownNew, id: 2, key: 'nx-develop-later' }];
  for (const entries of [[first, second], [second, first]]) expect(nextRestored(asked, [OWN], entries, 'v')).toBe(second);
});

test('what would be restored is told before and after', () => {
  const { targets, next } = planBust({ asked: [asked], refs: [OWN, MAIN], restored: ['nx-develop-2'], isMeant: ({ key }) => key.startsWith('nx-develop-') }, all);
  expect(targets).toEqual([ownOld, ownNew, mainExact, other]);
  expect(next).toEqual([{ key: 'nx-develop-3', before: ownNew, after: mainNew }]);
});

test.each([
  ['more than are allowed', [ownOld, ownNew, mainNew], { 'max-deletions': 2, force: false }, 'too-many-deletions'],
  ["a key that is not Nx's", [entry(MAIN, 'pnpm-store')], { 'max-deletions': 2, force: false }, 'invalid-input'],
  ["a key that is not Nx's, by force", [entry(MAIN, 'pnpm-store')], { 'max-deletions': 2, force: true }, null],
  ['as many as are allowed', [ownOld, ownNew], { 'max-deletions': 2, force: false }, null],
])('%s', (_, targets, limits, reason) => {
  expect(refusalOf({ targets, next: [] }, limits)?.reasonCode ?? null).toBe(reason);
});

test('a key of which every entry goes, goes by one call; else each by its id', () => {
  const [a, b, c] = [entry(OWN, 'nx-a'), entry(MAIN, 'nx-a'), entry(OWN, 'nx-b')];
  expect(removalsOf({ targets: [a, b, c], entries: [a, b, c], everyRef: true }).map(({ key, id }) => [key, id])).toEqual([['nx-a', null], ['nx-b', null]]);
  expect(removalsOf({ targets: [a, c], entries: [a, b, c], everyRef: true }).map(({ key, id }) => [key, id])).toEqual([['nx-a', a.id], ['nx-b', null]]);
  // The other refs were not listed.
  expect(removalsOf({ targets: [a], entries: [a], everyRef: false }).map(({ key, id }) => [key, id])).toEqual([['nx-a', a.id]]);
});
