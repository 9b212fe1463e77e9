import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { holdBuildLock } from '../../../script/build-lock.ts';

test('three builders at once: one after the other', async () => {
  await using place = await emptyFolder();
  const order: string[] = [];
  const build = async (name: string): Promise<void> => {
    await using _lock = await holdBuildLock(place.lock);
    order.push(`${name} begins`);
    await readFile(place.lock);
    order.push(`${name} ends`);
  };
  await Promise.all(['a', 'b', 'c'].map(build));
  expect(order.map((entry) => entry.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends', 'begins', 'ends']);
});

test('the lock of a builder that was killed belongs to nobody', async () => {
  await using place = await emptyFolder();
  const { pid } = spawnSync(process.execPath, ['--version']);
  await writeFile(place.lock, String(pid));
  await using _lock = await holdBuildLock(place.lock);
  expect(await readFile(place.lock, 'utf8')).toBe(String(process.pid));
});

async function emptyFolder(): Promise<AsyncDisposable & { lock: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'build-lock-'));
  return { lock: join(folder, 'lock'), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
