import { rm } from 'node:fs/promises';
import type { PostContext } from '@vendure-deploy/shared/action';

/** Where main put the key: known before it is there, so that a main that was killed leaves none behind. */
export const SESSION_FOLDER = 'session-folder';

/** The lock on the host needs nothing of us: it ends by its own date. */
export async function post({ state }: PostContext): Promise<void> {
  const folder = state.read(SESSION_FOLDER);
  if (folder !== '') await rm(folder, { recursive: true, force: true });
}
