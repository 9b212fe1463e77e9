import type { Database } from './database.ts';
import { pendingMigrations } from './migrations.ts';
import { queueLag, type QueueLag } from './jobs.ts';

export interface Health {
  readonly status: 'ok' | 'degraded' | 'error';
  readonly checks: { readonly database: 'ok' | 'error'; readonly pendingMigrations: number | null; readonly jobQueueLag: QueueLag | null };
}

/** Above this the worker is not keeping up: said, but no reason to take the server away from customers. */
const LAG_SECONDS = 300;

/** Ready means: the database answers and has the schema that this code was written for. */
export async function readHealth(db: Database): Promise<Health> {
  try {
    const pending = (await pendingMigrations(db)).length;
    if (pending > 0) return { status: 'error', checks: { database: 'ok', pendingMigrations: pending, jobQueueLag: null } };
    const lag = await queueLag(db);
    return { status: lag.seconds > LAG_SECONDS ? 'degraded' : 'ok', checks: { database: 'ok', pendingMigrations: 0, jobQueueLag: lag } };
  } catch {
    return { status: 'error', checks: { database: 'error', pendingMigrations: null, jobQueueLag: null } };
  }
}
