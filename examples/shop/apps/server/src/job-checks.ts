import { createHash, timingSafeEqual } from 'node:crypto';
import type { Database } from './database.ts';
import { CANARY_QUEUE } from './jobs.ts';
import { literal } from './postgres/connection.ts';

interface Asked {
  readonly method: string;
  /** Below the checks' own path, such as /canary. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const MOST_JOBS = 100;

/** What a deploy may ask about the job queue (the suite's shop contract). Without a token of the shop's own there are no such pages. */
export async function answerJobCheck(db: Database, token: string, asked: Asked): Promise<Answer> {
  if (token === '') return notFound;
  if (!isToken(asked.authorization, token)) return { status: 401, body: { message: 'The token is missing or wrong.' } };
  const [, kind, id, action] = asked.path.split('/');
  if (asked.method === 'POST' && kind === 'canary' && id === undefined) return makeCanary(db);
  if (asked.method === 'GET' && kind === 'canary' && isId(id)) return readCanary(db, id);
  if (asked.method === 'GET' && kind === 'running' && id === undefined) return runningJobs(db, asked.query.get('started-before') ?? '');
  if (asked.method === 'POST' && kind === 'running' && isId(id) && action === 'requeue') return requeue(db, id);
  return notFound;
}

const notFound: Answer = { status: 404, body: { message: 'There is no such check.' } };

function isId(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,9}$/.test(text);
}

/** Of digests: their length says nothing of the token's. */
function isToken(authorization: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization), digest(`Bearer ${token}`));
}

async function makeCanary(db: Database): Promise<Answer> {
  const [job] = await db.query(`INSERT INTO "job_record" ("queueName", "data") VALUES (${literal(CANARY_QUEUE)}, '{}') RETURNING "id"`);
  return { status: 202, body: { id: job?.['id'] } };
}

/** What the worker that did it has written of itself. */
async function readCanary(db: Database, id: string): Promise<Answer> {
  const [job] = await db.query(`SELECT "state", "result" FROM "job_record" WHERE "id" = ${id} AND "queueName" = ${literal(CANARY_QUEUE)}`);
  if (job === undefined) return notFound;
  const { state, result } = job;
  const done = state === 'COMPLETED' ? (JSON.parse(result ?? '{}') as object) : {};
  return { status: 200, body: { id, state, ...done, ...(state === 'FAILED' ? { error: result } : {}) } };
}

async function runningJobs(db: Database, before: string): Promise<Answer> {
  if (Number.isNaN(Date.parse(before))) return { status: 400, body: { message: 'started-before must be a time.' } };
  const rows = await db.query(`SELECT "id", "queueName", to_char("startedAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "since" FROM "job_record"
    WHERE "state" = 'RUNNING' AND "startedAt" < ${literal(new Date(before).toISOString())} ORDER BY "id" LIMIT ${MOST_JOBS}`);
  return { status: 200, body: { jobs: rows.map((row) => ({ id: row['id'], queue: row['queueName'], startedAt: row['since'] })) } };
}

async function requeue(db: Database, id: string): Promise<Answer> {
  const [job] = await db.query(`UPDATE "job_record" SET "state" = 'PENDING', "startedAt" = NULL WHERE "id" = ${id} AND "state" = 'RUNNING' RETURNING "id"`);
  return job === undefined ? { status: 409, body: { message: `Job ${id} is not RUNNING.` } } : { status: 200, body: { id, state: 'PENDING' } };
}
