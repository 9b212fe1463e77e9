import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import { processRedactor } from '@vendure-deploy/shared/secrets';

/** A full disk is the user's to mend: one sentence. */
export async function withRoom<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fullDisk(error) ?? error;
  }
}

function fullDisk(error: unknown): UserError | null {
  if (typeof error !== 'object' || error === null || !('code' in error) || (error.code !== 'ENOSPC' && error.code !== 'EDQUOT')) return null;
  const path = 'path' in error && typeof error.path === 'string' ? ` (at ${error.path})` : '';
  return new UserError(`build-vendure-image: the disk is full${path}; nothing was built. Make room on this runner, as with  docker system prune --all --force  and run it again.`, { reasonCode: 'disk-full', cause: error });
}

export interface BuildLog extends Disposable {
  line(text: string): void;
}

/** All that docker said, redacted. Written as it comes, so that it is whole also after a kill; lost lines never fail a build. @throws {UserError} when not even the first line has room */
export function openBuildLog(path: string, onLost: (why: string) => void): BuildLog {
  let lost = false;
  const file = opened(path);
  return {
    line(text) {
      if (lost) return;
      try {
        writeSync(file, `${processRedactor.redact(text)}\n`);
      } catch (error) {
        lost = true;
        onLost(error instanceof Error ? error.message : String(error));
      }
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

function opened(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'w', 0o600);
    writeSync(file, '# docker buildx build\n');
    return file;
  } catch (error) {
    throw fullDisk(error) ?? error;
  }
}
