import { findProduct } from './catalogue.ts';
import type { Database } from './database.ts';
import { literal } from './postgres/connection.ts';

/** As Vendure answers a mutation: the order, or why it was refused. */
type Added = { readonly __typename: 'Order'; readonly totalQuantity: number } | { readonly __typename: string; readonly errorCode: string; readonly message: string };

export async function addItem(db: Database, session: string, { productId, quantity }: { productId: number; quantity: number }): Promise<Added> {
  if (quantity < 1) return { __typename: 'NegativeQuantityError', errorCode: 'NEGATIVE_QUANTITY_ERROR', message: 'The quantity must be 1 or more' };
  if ((await findProduct(db, productId)) === null) throw new Error(`No product with the id ${productId} could be found`);
  const [order] = await db.query(`INSERT INTO "order" ("session") VALUES (${literal(session)}) ON CONFLICT ("session") DO UPDATE SET "state" = "order"."state" RETURNING "id"`);
  await db.query(`INSERT INTO "order_line" ("orderId", "productId", "quantity") VALUES (${Number(order?.['id'])}, ${productId}, ${quantity})
    ON CONFLICT ("orderId", "productId") DO UPDATE SET "quantity" = "order_line"."quantity" + ${quantity}`);
  return { __typename: 'Order', totalQuantity: await quantityOf(db, session) };
}

/** What it costs to send the session's order; nothing for an empty one. */
export async function shippingQuote(db: Database, session: string): Promise<{ id: string; name: string; price: number }[]> {
  if ((await quantityOf(db, session)) === 0) return [];
  const rows = await db.query('SELECT "id", "name", "price" FROM "shipping_method" ORDER BY "id"');
  return rows.map((row) => ({ id: row['id'] ?? '', name: row['name'] ?? '', price: Number(row['price']) }));
}

async function quantityOf(db: Database, session: string): Promise<number> {
  const [row] = await db.query(`SELECT coalesce(sum("quantity"), 0) AS "total" FROM "order_line" JOIN "order" ON "order"."id" = "orderId" WHERE "session" = ${literal(session)}`);
  return Number(row?.['total'] ?? 0);
}
