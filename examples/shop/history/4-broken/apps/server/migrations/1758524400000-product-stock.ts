import type { Migration, Query } from '../src/migrations.ts';

/** Forgets that the table is called "product": the release command fails here, after the migrations before it. */
export default class ProductStock1758524400000 implements Migration {
  readonly name = 'ProductStock1758524400000';

  async up(run: Query): Promise<void> {
    await run.query('ALTER TABLE "products" ADD "stock" integer NOT NULL DEFAULT 0');
  }

  async down(run: Query): Promise<void> {
    await run.query('ALTER TABLE "products" DROP COLUMN "stock"');
  }
}
