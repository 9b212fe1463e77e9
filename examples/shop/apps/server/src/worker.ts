import { setTimeout as sleep } from 'node:timers/promises';
import { database } from './database.ts';
import { workOnce } from './jobs.ts';
import { readSettings } from './settings.ts';

/** As Vendure's default job queue strategy. */
const POLL_MS = 200;

const settings = readSettings();
const db = database(settings.databaseUrl);
const identity = { sha: settings.sha, processGroup: settings.processGroup, workerStartedAt: new Date().toISOString() };
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());

console.log(`Shop worker has started, revision ${settings.sha}`);
while (!stopping.signal.aborted) {
  // A database that is away for a moment must not end the worker: it says so and asks again.
  const worked = await workOnce(db, identity).catch((error: unknown) => {
    console.error(`Job queue: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  });
  if (!worked) await sleep(POLL_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
}
await db.end().catch(() => undefined);
console.log('Shop worker has stopped');
