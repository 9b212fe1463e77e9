import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openHistory, treeOf } from '../src/shop/history.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'history-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

test('rehearsals that start at once in one world each get a whole work tree', async () => {
  const history = await openHistory(join(import.meta.dirname, '../../../examples/shop'), join(folder, 'shop'));
  const tree = join(folder, 'trees', history.main);
  const isWhole = async (): Promise<boolean> => existsSync(join(await treeOf(history, history.main, tree), '.github/workflows/deploy-production.yml'));
  expect(await Promise.all([isWhole(), isWhole(), isWhole(), isWhole()])).toEqual([true, true, true, true]);
  expect(await readdir(join(folder, 'trees'))).toEqual([history.main]);
});
