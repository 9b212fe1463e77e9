import { searchIndex } from '@shop/plugin';
import type { Database } from './database.ts';
import { literal } from './postgres/connection.ts';

/** A job that does nothing but say who did it: by it a deploy proves the worker. */
export const CANARY_QUEUE = 'deploy-canary';

/** The process that works. */
export interface WorkerIdentity {
  readonly sha: string;
  readonly processGroup: string;
  /** RFC 3339. */
  readonly workerStartedAt: string;
}

export interface QueueLag {
  /** How long the oldest job that nobody has taken is waiting; 0 when none is. */
  readonly seconds: number;
  readonly oldestPending: string | null;
}

export async function queueLag(db: Database): Promise<QueueLag> {
  const [row] = await db.query(`
    SELECT floor(extract(epoch FROM now() - min("createdAt")))::int AS "seconds", to_char(min("createdAt") AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "oldest"
    FROM "job_record" WHERE "state" = 'PENDING'`);
  return { seconds: Math.max(Number(row?.['seconds'] ?? 0), 0), oldestPending: row?.['oldest'] ?? null };
}

/** Takes one waiting job and does it. @returns false when none waits */
export async function workOnce(db: Database, worker: WorkerIdentity): Promise<boolean> {
  const [job] = await db.query(`
    UPDATE "job_record" SET "state" = 'RUNNING', "startedAt" = now(), "attempts" = "attempts" + 1
    WHERE "id" = (SELECT "id" FROM "job_record" WHERE "state" = 'PENDING' ORDER BY "createdAt" FOR UPDATE SKIP LOCKED LIMIT 1)
    RETURNING "id", "queueName", "data"`);
  if (job === undefined) return false;
  const id = Number(job['id']);
  try {
    const result = perform(job['queueName'] ?? '', job['data'] ?? '{}', worker);
    await db.query(`UPDATE "job_record" SET "state" = 'COMPLETED', "settledAt" = now(), "result" = ${literal(result)} WHERE "id" = ${id}`);
  } catch (error) {
    await db.query(`UPDATE "job_record" SET "state" = 'FAILED', "settledAt" = now(), "result" = ${literal(String(error))} WHERE "id" = ${id}`);
  }
  return true;
}

function perform(queue: string, data: string, worker: WorkerIdentity): string {
  if (queue === CANARY_QUEUE) return JSON.stringify(worker);
  if (queue !== searchIndex.queue) throw new Error(`no plugin works on the queue ${queue}`);
  return searchIndex.documentOf(JSON.parse(data) as { id: number; name: string });
}
