import type { Migration, Query } from '../src/migrations.ts';

export default class JobQueue1757314800000 implements Migration {
  readonly name = 'JobQueue1757314800000';

  async up(run: Query): Promise<void> {
    await run.query(`CREATE TABLE "job_record" (
      "id" SERIAL PRIMARY KEY, "queueName" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'PENDING', "data" text, "result" text,
      "attempts" integer NOT NULL DEFAULT 0, "createdAt" timestamptz NOT NULL DEFAULT now(), "startedAt" timestamptz, "settledAt" timestamptz)`);
    await run.query('CREATE INDEX "IDX_job_record_state" ON "job_record" ("state", "createdAt")');
  }

  async down(run: Query): Promise<void> {
    await run.query('DROP TABLE "job_record"');
  }
}
