import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostContext } from '@vendure-deploy/shared/action';
import { query } from '@vendure-deploy/shared/tools';
import { HOST_ALIAS } from './ssh/configuration.ts';

/** Where main put the key: known before it is there, so that a main that was killed leaves none behind. */
export const SESSION_FOLDER = 'session-folder';

/** The lock on the host needs nothing of us: it ends by its own date. */
export async function post({ state }: PostContext): Promise<void> {
  const folder = state.read(SESSION_FOLDER);
  if (folder === '') return;
  // A main that was killed leaves its connection, which no runner finds as an orphan: ssh writes over its own environment.
  await query('ssh', ['-F', join(folder, 'config'), '-O', 'exit', HOST_ALIAS], '/').catch(() => null);
  await rm(folder, { recursive: true, force: true });
}
