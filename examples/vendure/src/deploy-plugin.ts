import { PluginCommonModule, TransactionalConnection, VendurePlugin } from '@vendure/core';
import type { MiddlewareConsumer, NestModule } from '@nestjs/common';
import type { Request, Response } from 'express';
import { settings } from './settings';

/** Above this the worker is not keeping up: said, but no reason to take the server away from customers. */
const LAG_SECONDS = 300;

// Middleware, not a controller: Vendure's guard asks the database who is calling, and without a database nobody would get an answer.
@VendurePlugin({ imports: [PluginCommonModule], compatibility: '^3.0.0' })
export class DeployPlugin implements NestModule {
  constructor(private readonly connection: TransactionalConnection) {}

  configure(consumer: MiddlewareConsumer): void {
    const say = (response: Response, status: number, body: object) => response.status(status).set('cache-control', 'no-store').json(body);
    consumer.apply((_: Request, response: Response) => say(response, 200, { sha: settings.sha, builtAt: settings.builtAt, processGroup: settings.processGroup })).forRoutes('version');
    consumer.apply(async (_: Request, response: Response) => {
      const checks = await this.look().catch(() => ({ database: 'error', pendingMigrations: null, jobQueueLag: null }));
      const ready = checks.database === 'ok' && checks.pendingMigrations === 0;
      const late = ready && (checks.jobQueueLag?.seconds ?? 0) > LAG_SECONDS;
      say(response, ready ? 200 : 503, { status: ready ? (late ? 'degraded' : 'ok') : 'error', checks });
    }).forRoutes('health/ready');
  }

  private async look() {
    const database = this.connection.rawConnection;
    const applied = new Set((await database.query('SELECT "name" FROM "migrations"')).map(({ name }: { name: string }) => name));
    const pendingMigrations = database.migrations.filter(({ name, constructor }) => !applied.has(name ?? constructor.name)).length;
    const [lag] = await database.query(`SELECT coalesce(greatest(floor(extract(epoch FROM localtimestamp - min("createdAt"))), 0), 0)::int AS "seconds",
      to_char(min("createdAt")::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "oldestPending" FROM "job_record" WHERE "state" = 'PENDING'`);
    return { database: 'ok', pendingMigrations, jobQueueLag: lag as { seconds: number; oldestPending: string | null } };
  }
}
