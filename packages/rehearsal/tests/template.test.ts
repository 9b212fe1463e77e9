import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { LEFT_BY_USE } from '../src/shop/history.ts';
import { sourcesOfWorlds } from '../src/world/template.ts';

const shop = join(import.meta.dirname, '../../../examples/shop');

test('a kept seed is made anew when any file of the shop changes, its workflows too', async () => {
  const there = (await readdir(shop, { withFileTypes: true, recursive: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).filter((file) => !file.split('/').some((part) => LEFT_BY_USE.includes(part)));
  expect(there.length).toBeGreaterThan(50);
  expect(there.filter((file) => file.includes('/.github/workflows/'))).not.toEqual([]);
  expect((await sourcesOfWorlds()).filter((file) => file.startsWith(shop))).toEqual(there.sort());
});
