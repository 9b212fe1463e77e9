import type { Migration, Query } from '../src/migrations.ts';

export default class Order1757401200000 implements Migration {
  readonly name = 'Order1757401200000';

  async up(run: Query): Promise<void> {
    await run.query(`CREATE TABLE "order" ("id" SERIAL PRIMARY KEY, "session" character varying NOT NULL UNIQUE, "state" character varying NOT NULL DEFAULT 'AddingItems', "createdAt" timestamptz NOT NULL DEFAULT now())`);
    await run.query(`CREATE TABLE "order_line" ("id" SERIAL PRIMARY KEY, "orderId" integer NOT NULL REFERENCES "order" ("id") ON DELETE CASCADE,
      "productId" integer NOT NULL REFERENCES "product" ("id"), "quantity" integer NOT NULL, UNIQUE ("orderId", "productId"))`);
    await run.query(`CREATE TABLE "shipping_method" ("id" SERIAL PRIMARY KEY, "name" character varying NOT NULL, "price" integer NOT NULL)`);
    await run.query(`INSERT INTO "shipping_method" ("name", "price") VALUES ('Parcel', 500)`);
  }

  async down(run: Query): Promise<void> {
    for (const table of ['shipping_method', 'order_line', 'order']) await run.query(`DROP TABLE "${table}"`);
  }
}
