import { PGlite } from '@electric-sql/pglite';
import type { Lock } from '../../src/index.ts';

/** The schema of the running release, and rows in it. */
export const OLD_SCHEMA = [
  `CREATE TYPE "product_state_enum" AS ENUM('draft', 'live', 'retired')`,
  `CREATE TABLE "category" ("id" SERIAL NOT NULL, "title" character varying(80) NOT NULL, CONSTRAINT "PK_category" PRIMARY KEY ("id"))`,
  `CREATE TABLE "product" ("id" SERIAL NOT NULL, "name" character varying(100) NOT NULL, "sku" character varying(20), "price" integer NOT NULL DEFAULT 0, "weight" numeric(6,2), "state" "product_state_enum" NOT NULL DEFAULT 'draft', "createdAt" timestamp(3) NOT NULL DEFAULT now(), "note" text, "categoryId" integer, CONSTRAINT "UQ_product_sku" UNIQUE ("sku"), CONSTRAINT "PK_product" PRIMARY KEY ("id"))`,
  `CREATE VIEW "product_names" AS SELECT "id", "name" FROM "product"`,
  `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW."name" = 'refused' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$`,
];

const ROWS = [
  `INSERT INTO "category" ("title") SELECT 'c' || i FROM generate_series(1, 20) i`,
  `INSERT INTO "product" ("name", "sku", "price", "weight", "state", "note", "categoryId") SELECT 'p' || i, 's' || i, i, i, 'live', 'n', 1 + i % 20 FROM generate_series(1, 500) i`,
];

const columns = '"id", "name", "sku", "price", "weight", "state", "createdAt", "note", "categoryId"';

/** What the running release sends: TypeORM names every column, and writes DEFAULT for what is not set. */
export const OLD_STATEMENTS = {
  read: `SELECT ${columns} FROM "product" WHERE "state" = 'draft' OR "state" = 'retired' LIMIT 1`,
  insert: `INSERT INTO "product" (${columns}) VALUES (DEFAULT, 'new', 'sku-new', DEFAULT, DEFAULT, DEFAULT, DEFAULT, NULL, NULL) RETURNING "id"`,
  retire: `UPDATE "product" SET "state" = 'retired', "note" = NULL WHERE "id" = 7`,
  'read categories': `SELECT "id", "title" FROM "category" LIMIT 1`,
  'read view': `SELECT "id", "name" FROM "product_names" LIMIT 1`,
  upsert: `INSERT INTO "product" ("name", "sku") VALUES ('again', 's9') ON CONFLICT ("sku") DO UPDATE SET "name" = EXCLUDED."name"`,
  duplicate: `INSERT INTO "product" ("name", "note") VALUES ('twin', 'n')`,
  orphan: `INSERT INTO "product" ("name", "categoryId") VALUES ('orphan', 9999)`,
  'negative price': `INSERT INTO "product" ("name", "price") VALUES ('odd', -1)`,
  'long note': `UPDATE "product" SET "note" = repeat('x', 300) WHERE "id" = 7`,
  'delete category': `DELETE FROM "category" WHERE "id" = 3`,
  'count products': `SELECT 1 / (SELECT count(*) FROM "product")`,
  'count categories': `SELECT 1 / (SELECT count(*) FROM "category")`,
  'read notes': `SELECT 1 / (SELECT count(*) FROM "product" WHERE "note" IS NOT NULL)`,
  'refused name': `UPDATE "product" SET "name" = 'refused' WHERE "id" = 7`,
} as const;
export type OldStatement = keyof typeof OLD_STATEMENTS;

export interface Observed {
  /** SQLSTATE of the old statements that failed; 22012 is what the counting ones raise when there is nothing. */
  readonly failed: Readonly<Partial<Record<OldStatement, string>>>;
  /** The strongest that the migration held on the table at its end. */
  readonly lock: Lock | null;
  /** Its rows lie in another file (an emptied table gets one as well). */
  readonly rewritten: boolean;
  /** Of the migration itself. */
  readonly refused: string | null;
}

export class Database implements AsyncDisposable {
  private readonly db: PGlite;
  private constructor(db: PGlite) {
    this.db = db;
  }

  static async open(): Promise<Database> {
    return new Database(await PGlite.create());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.close();
  }

  /** Lets PostgreSQL do it: the old schema with rows, the migration in its transaction, then what the running release sends. */
  async observe(up: readonly string[], options: { readonly table: string; readonly statements: readonly OldStatement[]; readonly inTransaction: boolean; readonly more?: readonly string[]; readonly as?: string }): Promise<Observed> {
    await this.reset([...OLD_SCHEMA, ...(options.more ?? [])]);
    const before = await this.file(options.table);
    const tables = await this.oids();
    let lock: Lock | null = null;
    let refused: string | null = null;
    try {
      if (options.inTransaction) await this.db.exec('BEGIN');
      for (const sql of up) await this.db.exec(sql);
      if (options.inTransaction) {
        lock = await this.strongest(tables);
        await this.db.exec('COMMIT');
      }
    } catch (error) {
      refused = codeOf(error);
      await this.db.exec('ROLLBACK');
    }
    const after = before === null ? null : ((await this.db.query<{ file: number }>(`SELECT relfilenode AS file FROM pg_class WHERE oid = ${before.oid}`)).rows[0]?.file ?? before.file);
    const failed: Partial<Record<OldStatement, string>> = {};
    if (options.as !== undefined) await this.db.exec(`SET ROLE ${options.as}`);
    for (const name of options.statements) {
      const code = await this.tried(OLD_STATEMENTS[name]);
      if (code !== null) failed[name] = code;
    }
    await this.db.exec('RESET ROLE');
    return { failed, lock, refused, rewritten: before !== null && after !== before.file && (await this.tried(`SELECT 1 / (SELECT count(*) FROM "${options.table}")`)) === null };
  }

  private async reset(schema: readonly string[]): Promise<void> {
    await this.db.exec(`RESET ROLE; SET timezone TO 'UTC'; DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS archive CASCADE; DROP SCHEMA IF EXISTS renamed CASCADE; CREATE SCHEMA public; SET search_path TO public`);
    for (const sql of [...schema.slice(0, OLD_SCHEMA.length), ...ROWS, ...schema.slice(OLD_SCHEMA.length)]) await this.db.exec(sql);
  }

  /** Each statement for itself, and nothing of it stays. */
  private async tried(sql: string): Promise<string | null> {
    try {
      await this.db.exec('BEGIN');
      await this.db.exec(sql);
      return null;
    } catch (error) {
      return codeOf(error);
    } finally {
      await this.db.exec('ROLLBACK');
    }
  }

  private async file(table: string): Promise<{ oid: number; file: number } | null> {
    const { rows } = await this.db.query<{ oid: number; file: number }>(`SELECT oid::int AS oid, relfilenode AS file FROM pg_class WHERE oid = to_regclass('${table}')`);
    return rows[0] ?? null;
  }

  private async oids(): Promise<number[]> {
    const { rows } = await this.db.query<{ oid: number }>(`SELECT c.oid::int AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'archive') AND c.relkind IN ('r', 'v', 'm')`);
    return rows.map(({ oid }) => oid);
  }

  private async strongest(tables: readonly number[]): Promise<Lock | null> {
    const { rows } = await this.db.query<{ mode: Lock }>(`SELECT DISTINCT mode FROM pg_locks WHERE relation IN (${tables.join(', ')}) AND granted`);
    return STRENGTH.find((mode) => rows.some((row) => row.mode === mode)) ?? null;
  }
}

/** Strongest first; what a SELECT takes is none here. */
export const STRENGTH: readonly Lock[] = ['AccessExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock', 'ShareUpdateExclusiveLock', 'RowExclusiveLock'];

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
