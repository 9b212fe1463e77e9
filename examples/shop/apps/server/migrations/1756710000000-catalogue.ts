import type { Migration, Query } from '../src/migrations.ts';

export default class Catalogue1756710000000 implements Migration {
  readonly name = 'Catalogue1756710000000';

  async up(run: Query): Promise<void> {
    await run.query('CREATE TABLE "product" ("id" SERIAL PRIMARY KEY, "name" character varying NOT NULL, "enabled" boolean NOT NULL DEFAULT true)');
    await run.query(`INSERT INTO "product" ("name") VALUES ('Kettle'), ('Teapot'), ('Tea strainer')`);
  }

  async down(run: Query): Promise<void> {
    await run.query('DROP TABLE "product"');
  }
}
