import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 100;

/**
 * One build at a time in a checkout: two would take each other's `build/` away. The second waits, and finds everything built.
 * A file holds the builder's process id; one whose process is gone belongs to nobody.
 */
export async function holdBuildLock(file: string): Promise<AsyncDisposable> {
  while (!(await taken(file))) {
    if (await holderIsGone(file)) await rm(file, { force: true });
    else await sleep(EVERY_MS);
  }
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

function taken(file: string): Promise<boolean> {
  return writeFile(file, String(process.pid), { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

/** An empty file is one whose holder is about to write its id. */
async function holderIsGone(file: string): Promise<boolean> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (pid === 0) return false;
  try {
    return !process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
