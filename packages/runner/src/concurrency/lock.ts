import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../processes/liveness.ts';

const AGAIN_MS = 5;

// Within this process: who comes first is let in first (Q1).
const turns = new Map<string, Promise<unknown>>();

/** One at a time in a folder: in this process in the order of arrival, and then one process of all. */
export function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(folder) ?? Promise.resolve()).then(() => locked(folder, work));
  const ended = turn.then(() => undefined, () => undefined).then(() => {
    if (turns.get(folder) === ended) turns.delete(folder);
  });
  turns.set(folder, ended);
  return turn;
}

/** The lock lies beside it, so that the folder changes only with its tickets; it names its process; one of a dead process is taken away. */
async function locked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = `${folder}.lock`;
  const own = `${folder}.${randomUUID()}`;
  // A link appears with its content, so that nobody reads a lock without a name in it.
  await writeFile(own, `${process.pid}`);
  try {
    while (!(await link(own, lock).then(() => true, () => false))) {
      await breakDead(lock);
      await sleep(AGAIN_MS);
    }
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** The rename lets one of several win, and is looked at again: between two looks a living process may have taken the lock. */
async function breakDead(lock: string): Promise<void> {
  if (await ownerLives(lock)) return;
  const aside = `${lock}.${randomUUID()}`;
  if (!(await rename(lock, aside).then(() => true, () => false))) return;
  if (await ownerLives(aside)) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
}

async function ownerLives(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null || isAlive(Number(text));
}
