import { expect, test } from '@jest/globals';
import { isOfNx, matches, shortest } from '../src/key.ts';
import { keyReader, type LoggedKeys } from '../src/keys-of-log.ts';

function keysOf(log: string): LoggedKeys {
  const reader = keyReader();
  for (const line of log.split('\n')) reader.take(line);
  return reader.keys();
}

test('what a step asked for, and what it got, is read from its log, whatever stands between', () => {
  const keys = keysOf(`##[group]Run actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830
with:
  path: .nx/cache
  key: Linux-X64-nx-ref-develop-1402741
  restore-keys: Linux-X64-nx-ref-develop-
Linux-X64-nx-ref-

  enableCrossOsArchive: false
env:
  NX_DAEMON: false
##[endgroup]
\u001b[36;1mCache hit for restore-key: Linux-X64-nx-ref-develop-e2e4670\u001b[0m
Received 1024 of 1024 (100.0%), 1.0 MBs/sec
Cache restored successfully
Cache restored from key: Linux-X64-nx-ref-develop-e2e4670
##[group]Run pnpm exec nx run server:build
key: of no cache
##[endgroup]
Cache not found for input keys: pnpm-1, pnpm-
`);
  expect(keys).toEqual({
    asked: [
      { key: 'Linux-X64-nx-ref-develop-1402741', restoreKeys: ['Linux-X64-nx-ref-develop-', 'Linux-X64-nx-ref-'] },
      { key: 'pnpm-1', restoreKeys: ['pnpm-'] },
    ],
    restored: ['Linux-X64-nx-ref-develop-e2e4670'],
  });
});

test.each([
  ['an empty log', ''],
  ['a log that is cut within a step', '##[group]Run actions/cache@v4\nwith:\n  path: .nx/cache'],
  ['a log of another tool', 'Cache restored\nkey: nx\n##[endgroup]\n'],
])('%s names nothing', (_, log) => {
  expect(keysOf(log)).toEqual({ asked: [], restored: [] });
});

test.each([
  ['Linux-X64-nx-ref-develop', true],
  ['nx-cache', true],
  ['NX_24_main', true],
  ['Linux-pnpm-store', false],
  ['linux-nginx', false],
  ['unx-', false],
])('%s is of Nx: %s', (key, isIt) => {
  expect(isOfNx(key)).toBe(isIt);
});

test.each([
  ['Linux-X64-nx-ref-develop', 'nx-ref', true],
  ['Linux-X64-nx-ref-develop', 'Linux-*-nx-*develop', true],
  ['Linux-X64-nx-ref-develop', 'develop*Linux', false],
  ['Linux-X64-nx-ref-develop', 'nx.ref', false],
])('%s holds %s: %s', (key, pattern, holds) => {
  expect(matches(key, pattern)).toBe(holds);
});

test('a pattern made to make an expression backtrack for ever is answered at once', () => {
  expect(matches('a'.repeat(512), `${'a*'.repeat(256)}b`)).toBe(false);
});

test('of beginnings those are listed that no other one covers', () => {
  expect(shortest(['a-b-c', 'a-b', 'a-b', 'x-', 'x-y'])).toEqual(['a-b', 'x-']);
});
