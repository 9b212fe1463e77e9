import { createHash, timingSafeEqual } from 'node:crypto';
import { type JobQueue, JobQueueService, PluginCommonModule, TransactionalConnection, VendurePlugin } from '@vendure/core';
import type { MiddlewareConsumer, NestModule, OnModuleInit } from '@nestjs/common';
import type { Request, Response } from 'express';
import { settings } from './settings';

const CANARY = 'deploy-canary';
const identity = { sha: settings.sha, processGroup: settings.processGroup, workerStartedAt: new Date().toISOString() };

/** What a deploy may ask about the job queue (docs/shop-contract.md, "Job checks"). Without a token there are no such pages. */
@VendurePlugin({ imports: [PluginCommonModule], compatibility: '^3.0.0' })
export class JobChecksPlugin implements NestModule, OnModuleInit {
  private canaries?: JobQueue<object>;

  constructor(private readonly jobs: JobQueueService, private readonly connection: TransactionalConnection) {}

  async onModuleInit(): Promise<void> {
    // What the worker returns becomes the job's result: who did it.
    this.canaries = await this.jobs.createQueue({ name: CANARY, process: () => Promise.resolve(identity) });
  }

  configure(consumer: MiddlewareConsumer): void {
    if (settings.jobsToken === '') return;
    consumer.apply(async (request: Request, response: Response) => {
      const [status, body] = isToken(request.headers.authorization ?? '') ? await this.answer(request) : [401, { message: 'The token is missing or wrong.' }];
      response.status(status).set('cache-control', 'no-store').json(body);
    }).forRoutes('deploy/jobs/*path');
  }

  private async answer(request: Request): Promise<[number, object]> {
    const { pathname, searchParams } = new URL(request.originalUrl, 'http://shop');
    const [kind, id, action] = pathname.slice('/deploy/jobs/'.length).split('/');
    const asked = `${request.method} ${kind}${id === undefined ? '' : /^\d{1,9}$/.test(id) ? '/id' : '/?'}${action === undefined ? '' : `/${action}`}`;
    if (asked === 'POST canary') return [202, { id: String((await this.canaries?.add({}))?.id) }];
    if (asked === 'GET canary/id') return this.canary(String(id));
    if (asked === 'GET running') return this.running(searchParams.get('started-before') ?? '');
    if (asked === 'POST running/id/requeue') return this.requeue(String(id));
    return [404, { message: 'There is no such check.' }];
  }

  private async canary(id: string): Promise<[number, object]> {
    const [job] = await this.connection.rawConnection.query(`SELECT "state", "result" FROM "job_record" WHERE "id" = $1 AND "queueName" = $2`, [id, CANARY]);
    if (job === undefined) return [404, { message: 'There is no such check.' }];
    return [200, { id, state: job.state, ...(job.state === 'COMPLETED' ? JSON.parse(job.result) : {}) }];
  }

  private async running(before: string): Promise<[number, object]> {
    if (Number.isNaN(Date.parse(before))) return [400, { message: 'started-before must be a time.' }];
    const rows = await this.connection.rawConnection.query(`SELECT "id", "queueName", "startedAt"::timestamptz AS "since" FROM "job_record"
      WHERE "state" = 'RUNNING' AND "startedAt"::timestamptz < $1 ORDER BY "id" LIMIT 100`, [new Date(before)]);
    return [200, { jobs: rows.map((row: { id: number; queueName: string; since: Date }) => ({ id: String(row.id), queue: row.queueName, startedAt: row.since.toISOString() })) }];
  }

  private async requeue(id: string): Promise<[number, object]> {
    const [rows] = await this.connection.rawConnection.query(`UPDATE "job_record" SET "state" = 'PENDING', "startedAt" = NULL WHERE "id" = $1 AND "state" = 'RUNNING' RETURNING "id"`, [id]);
    return rows.length === 0 ? [409, { message: `Job ${id} is not RUNNING.` }] : [200, { id, state: 'PENDING' }];
  }
}

/** Of digests: their length says nothing of the token's. */
function isToken(authorization: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization), digest(`Bearer ${settings.jobsToken}`));
}
