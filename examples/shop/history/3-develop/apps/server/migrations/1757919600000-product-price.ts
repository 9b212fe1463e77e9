import type { Migration, Query } from '../src/migrations.ts';

export default class ProductPrice1757919600000 implements Migration {
  readonly name = 'ProductPrice1757919600000';

  async up(run: Query): Promise<void> {
    await run.query('ALTER TABLE "product" ADD "priceInCents" integer NOT NULL DEFAULT 0');
  }

  async down(run: Query): Promise<void> {
    await run.query('ALTER TABLE "product" DROP COLUMN "priceInCents"');
  }
}
