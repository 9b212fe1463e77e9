import type { Database } from './database.ts';
import { literal } from './postgres/connection.ts';

interface Product {
  readonly id: string;
  readonly name: string;
}

export async function totalProducts(db: Database): Promise<number> {
  const [row] = await db.query('SELECT count(*) AS "total" FROM "product"');
  return Number(row?.['total'] ?? 0);
}

export async function search(db: Database, term: string): Promise<{ totalItems: number; items: Product[] }> {
  const rows = await db.query(`SELECT "id", "name" FROM "product" WHERE "enabled" AND position(lower(${literal(term)}) IN lower("name")) > 0 ORDER BY "id" LIMIT 20`);
  const items = rows.map((row) => ({ id: row['id'] ?? '', name: row['name'] ?? '' }));
  return { totalItems: items.length, items };
}

export async function findProduct(db: Database, id: number): Promise<Product | null> {
  const [row] = await db.query(`SELECT "id", "name" FROM "product" WHERE "enabled" AND "id" = ${id}`);
  return row === undefined ? null : { id: row['id'] ?? '', name: row['name'] ?? '' };
}
