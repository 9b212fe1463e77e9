import type { FindingKind, Lock, RuleId } from '../../src/index.ts';
import type { OldStatement } from './database.ts';

export interface Case {
  /** Row of the table in the reference: the shapes that a blue-green deploy meets. */
  readonly shape: string;
  readonly up: readonly string[];
  readonly down?: readonly string[];
  readonly members?: string;
  /** Beside the old schema, before the migration. */
  readonly more?: readonly string[];
  readonly finding: readonly [RuleId, FindingKind, string] | null;
  /** The old statements that fail, and how; all others that are tried must work. */
  readonly breaks?: Readonly<Partial<Record<OldStatement, string>>>;
  readonly tried?: readonly OldStatement[];
  /** How the migration itself fails. */
  readonly refused?: string;
  readonly as?: string;
  /** What a statement holds of which there is nothing to say: an ADD COLUMN takes no time. */
  readonly beside?: Lock;
}

const all42703 = { read: '42703', insert: '42703' } as const;

export const BREAKING: readonly Case[] = [
  { shape: 'DROP COLUMN', up: ['ALTER TABLE "product" DROP COLUMN "weight"'], finding: ['column-dropped', 'breaks-old-code', 'product.weight'], breaks: all42703 },
  { shape: 'DROP COLUMN without the word', up: ['ALTER TABLE product DROP weight'], finding: ['column-dropped', 'breaks-old-code', 'product.weight'], breaks: all42703 },
  { shape: 'DROP TABLE', up: ['DROP TABLE "category"'], finding: ['table-dropped', 'breaks-old-code', 'category'], breaks: { 'read categories': '42P01' } },
  { shape: 'RENAME COLUMN', up: ['ALTER TABLE "product" RENAME COLUMN "note" TO "remark"'], finding: ['column-renamed', 'breaks-old-code', 'product.note'], breaks: { read: '42703', insert: '42703', retire: '42703' } },
  { shape: 'RENAME TABLE', up: ['ALTER TABLE "category" RENAME TO "collection"'], finding: ['table-renamed', 'breaks-old-code', 'category'], breaks: { 'read categories': '42P01' } },
  { shape: 'RENAME TABLE with a view of the old name', up: ['ALTER TABLE "category" RENAME TO "collection"', 'CREATE VIEW "category" AS SELECT * FROM "collection"'], finding: ['table-renamed', 'may-break', 'category'], breaks: {} },
  { shape: 'RENAME TABLE, and another table with its name', up: ['ALTER TABLE "category" RENAME TO "collection"', 'CREATE TABLE "category" ("id" serial PRIMARY KEY, "label" text)'], finding: ['table-replaced', 'breaks-old-code', 'category'], breaks: { 'read categories': '42703' } },
  { shape: 'SET SCHEMA', more: ['CREATE SCHEMA archive'], up: ['ALTER TABLE "category" SET SCHEMA archive'], finding: ['table-renamed', 'breaks-old-code', 'category'], breaks: { 'read categories': '42P01' } },
  { shape: 'DROP SCHEMA', up: ['DROP SCHEMA public CASCADE', 'CREATE SCHEMA public'], finding: ['schema-dropped', 'breaks-old-code', 'public'], breaks: { read: '42P01' } },
  { shape: 'RENAME SCHEMA', up: ['ALTER SCHEMA public RENAME TO renamed', 'CREATE SCHEMA public'], finding: ['schema-renamed', 'breaks-old-code', 'public'], breaks: { read: '42P01' } },
  { shape: 'SET NOT NULL', up: [`UPDATE "product" SET "note" = '' WHERE "note" IS NULL`, 'ALTER TABLE "product" ALTER COLUMN "note" SET NOT NULL'], finding: ['not-null-set', 'breaks-old-code', 'product.note'], breaks: { insert: '23502', retire: '23502' }, tried: ['read', 'insert', 'retire'] },
  { shape: 'NOT NULL as a constraint, NOT VALID', up: ['ALTER TABLE "product" ADD CONSTRAINT "note_there" NOT NULL "note" NOT VALID'], finding: ['not-null-set', 'breaks-old-code', 'product.note'], breaks: { insert: '23502', retire: '23502' }, tried: ['read', 'insert', 'retire'] },
  { shape: 'ADD NOT NULL without a default, on an empty table', more: ['DELETE FROM "product"'], up: ['ALTER TABLE "product" ADD "brand" text NOT NULL'], finding: ['required-column-added', 'breaks-old-code', 'product.brand'], breaks: { insert: '23502' } },
  { shape: 'ADD NOT NULL without a default, on rows', up: ['ALTER TABLE "product" ADD "brand" text NOT NULL'], finding: ['required-column-added', 'breaks-old-code', 'product.brand'], refused: '23502' },
  { shape: 'ADD, fill, SET NOT NULL', up: ['ALTER TABLE "product" ADD "brand" text', `UPDATE "product" SET "brand" = 'own'`, 'ALTER TABLE "product" ALTER COLUMN "brand" SET NOT NULL'], finding: ['required-column-added', 'breaks-old-code', 'product.brand'], breaks: { insert: '23502' } },
  { shape: 'ADD NOT NULL with a default, then DROP DEFAULT', up: [`ALTER TABLE "product" ADD "brand" text NOT NULL DEFAULT 'own'`, 'ALTER TABLE "product" ALTER COLUMN "brand" DROP DEFAULT'], finding: ['required-column-added', 'breaks-old-code', 'product.brand'], breaks: { insert: '23502' } },
  { shape: 'CHECK that a new column is not NULL, NOT VALID', up: ['ALTER TABLE "product" ADD "brand" text', 'ALTER TABLE "product" ADD CONSTRAINT "brand_there" CHECK ("brand" IS NOT NULL) NOT VALID'], finding: ['required-by-check', 'breaks-old-code', 'product.brand'], breaks: { insert: '23514', retire: '23514' } },
  { shape: 'DROP DEFAULT of a NOT NULL column', up: ['ALTER TABLE "product" ALTER COLUMN "price" DROP DEFAULT'], finding: ['default-dropped', 'breaks-old-code', 'product.price'], breaks: { insert: '23502' } },
  {
    shape: 'enum swap that removes a label',
    up: [`ALTER TYPE "product_state_enum" RENAME TO "product_state_enum_old"`, `CREATE TYPE "product_state_enum" AS ENUM('draft', 'live')`, 'ALTER TABLE "product" ALTER COLUMN "state" DROP DEFAULT', 'ALTER TABLE "product" ALTER COLUMN "state" TYPE "product_state_enum" USING "state"::"text"::"product_state_enum"', `ALTER TABLE "product" ALTER COLUMN "state" SET DEFAULT 'draft'`, 'DROP TYPE "product_state_enum_old"'],
    finding: ['enum-label-removed', 'breaks-old-code', 'product.state'], breaks: { read: '22P02', retire: '22P02' },
  },
  { shape: 'RENAME VALUE', up: [`ALTER TYPE "product_state_enum" RENAME VALUE 'retired' TO 'gone'`], finding: ['enum-label-renamed', 'breaks-old-code', 'product_state_enum'], breaks: { read: '22P02', retire: '22P02' } },
  { shape: 'ADD VALUE, and its use in the same transaction', up: [`ALTER TYPE "product_state_enum" ADD VALUE 'sold'`, `UPDATE "product" SET "state" = 'sold' WHERE "id" = 1`], finding: ['enum-label-used-early', 'breaks-old-code', 'product_state_enum.sold'], refused: '55P04' },
  { shape: 'a column dropped and added again', up: ['ALTER TABLE "product" DROP COLUMN "note"', 'ALTER TABLE "product" ADD "note" character varying(400)'], finding: ['column-recreated', 'breaks-old-code', 'product.note'], breaks: { 'read notes': '22012' }, tried: ['read', 'insert', 'retire', 'read notes'] },
  { shape: 'DROP TYPE CASCADE, and its columns with it', up: ['DROP TYPE "product_state_enum" CASCADE'], finding: ['column-dropped', 'breaks-old-code', 'product.state'], breaks: all42703 },
  { shape: 'a table dropped and made again', up: ['DROP TABLE "category"', 'CREATE TABLE "category" ("id" SERIAL PRIMARY KEY, "title" character varying(80) NOT NULL)'], finding: ['table-replaced', 'breaks-old-code', 'category'], breaks: { 'count categories': '22012' }, tried: ['read categories', 'count categories'] },
  { shape: 'DROP VIEW', up: ['DROP VIEW "product_names"'], finding: ['view-dropped', 'breaks-old-code', 'product_names'], breaks: { 'read view': '42P01' } },
  { shape: 'TRUNCATE', up: ['TRUNCATE "product"'], finding: ['rows-deleted', 'breaks-old-code', 'product'], breaks: { 'count products': '22012' }, tried: ['read', 'insert', 'count products'] },
  { shape: 'DELETE without WHERE', up: ['DELETE FROM "product"'], finding: ['rows-deleted', 'breaks-old-code', 'product'], breaks: { 'count products': '22012' }, tried: ['read', 'insert', 'count products'] },
  { shape: 'REVOKE', more: ['DO $$ BEGIN CREATE ROLE shop; EXCEPTION WHEN duplicate_object THEN NULL; END $$', 'GRANT USAGE ON SCHEMA public TO shop', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop'], as: 'shop', up: ['REVOKE SELECT ON "product" FROM shop'], finding: ['privilege-revoked', 'breaks-old-code', 'product'], breaks: { read: '42501' }, tried: ['read', 'read categories'] },
  { shape: 'CREATE INDEX CONCURRENTLY in a transaction', up: ['CREATE INDEX CONCURRENTLY "IDX_name" ON "product" ("name")'], finding: ['concurrently-in-transaction', 'breaks-old-code', 'Change1700000000001'], refused: '25001' },
  { shape: 'a static `transaction = false` is not read', members: 'public static transaction = false;', up: ['CREATE INDEX CONCURRENTLY "IDX_name" ON "product" ("name")'], finding: ['concurrently-in-transaction', 'breaks-old-code', 'Change1700000000001'], refused: '25001' },
  { shape: 'DROP INDEX CONCURRENTLY in a transaction', more: ['CREATE INDEX "IDX_name" ON "product" ("name")'], up: ['DROP INDEX CONCURRENTLY "IDX_name"'], finding: ['concurrently-in-transaction', 'breaks-old-code', 'Change1700000000001'], refused: '25001' },
];

export const MAY_BREAK: readonly Case[] = [
  { shape: 'DROP DEFAULT of a column that may be NULL', more: [`ALTER TABLE "product" ALTER COLUMN "note" SET DEFAULT 'x'`], up: ['ALTER TABLE "product" ALTER COLUMN "note" DROP DEFAULT'], finding: ['default-dropped', 'may-break', 'product.note'] },
  { shape: 'a column dropped and added again, with an UPDATE', up: ['ALTER TABLE "product" RENAME COLUMN "note" TO "note_old"', 'ALTER TABLE "product" ADD "note" character varying(400)', 'UPDATE "product" SET "note" = "note_old"', 'ALTER TABLE "product" DROP COLUMN "note_old"'], finding: ['column-recreated', 'may-break', 'product.note'], tried: ['read', 'insert', 'retire', 'read notes'] },
  { shape: 'text to varchar(n)', up: ['ALTER TABLE "product" ALTER COLUMN "note" TYPE character varying(200)'], finding: ['type-changed', 'may-break', 'product.note'], breaks: { 'long note': '22001' }, tried: ['read', 'insert', 'long note'] },
  { shape: 'int to bigint', up: ['ALTER TABLE "product" ALTER COLUMN "price" TYPE bigint'], finding: ['type-changed', 'may-break', 'product.price'] },
  { shape: 'numeric with another scale', up: ['ALTER TABLE "product" ALTER COLUMN "weight" TYPE numeric(8,3)'], finding: ['type-changed', 'may-break', 'product.weight'] },
  { shape: 'varchar(n) narrowed', up: ['ALTER TABLE "product" ALTER COLUMN "sku" TYPE character varying(6)'], finding: ['type-changed', 'may-break', 'product.sku'], breaks: { insert: '22001' } },
  { shape: 'timestamp(p) narrowed', up: ['ALTER TABLE "product" ALTER COLUMN "createdAt" TYPE timestamp(0)'], finding: ['type-changed', 'may-break', 'product.createdAt'] },
  { shape: 'timestamp to timestamptz, in UTC', up: ['ALTER TABLE "product" ALTER COLUMN "createdAt" TYPE timestamptz'], finding: ['time-zone-changed', 'may-break', 'product.createdAt'] },
  { shape: 'timestamp(p) to timestamptz(p)', up: ['ALTER TABLE "product" ALTER COLUMN "createdAt" TYPE timestamptz(3)'], finding: ['type-changed', 'may-break', 'product.createdAt'] },
  { shape: 'unique index', more: [`UPDATE "product" SET "note" = 'n' || "id"`, `UPDATE "product" SET "note" = 'n' WHERE "id" = 1`], up: ['CREATE UNIQUE INDEX "IDX_note" ON "product" ("note")'], finding: ['unique-added', 'may-break', 'product.note'], breaks: { duplicate: '23505' }, tried: ['read', 'insert', 'duplicate'] },
  { shape: 'UNIQUE constraint', more: [`UPDATE "product" SET "note" = 'n' || "id"`, `UPDATE "product" SET "note" = 'n' WHERE "id" = 1`], up: ['ALTER TABLE "product" ADD CONSTRAINT "UQ_note" UNIQUE ("note")'], finding: ['unique-added', 'may-break', 'product.note'], breaks: { duplicate: '23505' }, tried: ['read', 'insert', 'duplicate'] },
  { shape: 'FOREIGN KEY on an old column', up: ['ALTER TABLE "product" ADD CONSTRAINT "FK_category" FOREIGN KEY ("categoryId") REFERENCES "category"("id")'], finding: ['foreign-key-added', 'may-break', 'product.categoryId'], breaks: { orphan: '23503' }, tried: ['read', 'insert', 'orphan'] },
  { shape: 'FOREIGN KEY NOT VALID', up: ['ALTER TABLE "product" ADD CONSTRAINT "FK_category" FOREIGN KEY ("categoryId") REFERENCES "category"("id") NOT VALID'], finding: ['foreign-key-added', 'may-break', 'product.categoryId'], breaks: { orphan: '23503' }, tried: ['read', 'insert', 'orphan'] },
  { shape: 'new table whose rows keep an old one from being deleted', up: ['CREATE TABLE "banner" ("id" serial PRIMARY KEY, "categoryId" integer NOT NULL, CONSTRAINT "FK_banner" FOREIGN KEY ("categoryId") REFERENCES "category"("id"))', 'INSERT INTO "banner" ("categoryId") VALUES (3)'], finding: ['child-blocks-delete', 'may-break', 'category'], breaks: { 'delete category': '23503' }, tried: ['read categories', 'delete category'] },
  { shape: 'CHECK on an old column', up: ['ALTER TABLE "product" ADD CONSTRAINT "CHK_price" CHECK ("price" >= 0)'], finding: ['check-added', 'may-break', 'product.price'], breaks: { 'negative price': '23514' }, tried: ['read', 'insert', 'negative price'] },
  { shape: 'EXCLUDE on old columns', up: ['ALTER TABLE "product" ADD CONSTRAINT "one_name" EXCLUDE USING btree ("name" WITH =)'], more: [`UPDATE "product" SET "name" = 'twin' WHERE "id" = 2`], finding: ['check-added', 'may-break', 'product.one_name'], breaks: { duplicate: '23P01' }, tried: ['read', 'insert', 'duplicate'] },
  { shape: 'DROP CONSTRAINT of a unique one', up: ['ALTER TABLE "product" DROP CONSTRAINT "UQ_product_sku"'], finding: ['unique-dropped', 'may-break', 'product.sku'], breaks: { upsert: '42P10' }, tried: ['read', 'insert', 'upsert'] },
  { shape: 'DROP INDEX of a unique one', more: ['CREATE UNIQUE INDEX "IDX_code" ON "product" ("id", "sku")'], up: ['DROP INDEX "IDX_code"'], finding: ['unique-dropped', 'may-break', 'product.id,sku'] },
  { shape: 'DROP NOT NULL', up: ['ALTER TABLE "product" ALTER COLUMN "name" DROP NOT NULL'], finding: ['not-null-dropped', 'may-break', 'product.name'] },
  { shape: 'view made again without a column', up: ['DROP VIEW "product_names"', 'CREATE VIEW "product_names" AS SELECT "id" FROM "product"'], finding: ['view-replaced', 'breaks-old-code', 'product_names'], breaks: { 'read view': '42703' } },
  { shape: 'view made again, what of is not told', up: ['DROP VIEW "product_names"', 'CREATE VIEW "product_names" AS SELECT * FROM "product"'], finding: ['view-replaced', 'may-break', 'product_names'] },
  { shape: 'CREATE TRIGGER', up: ['CREATE TRIGGER "touched" BEFORE UPDATE ON "product" FOR EACH ROW EXECUTE FUNCTION touch()'], finding: ['trigger-changed', 'may-break', 'product'], breaks: { 'refused name': 'P0001' }, tried: ['read', 'insert', 'refused name'] },
  { shape: 'DROP TRIGGER', more: ['CREATE TRIGGER "touched" BEFORE UPDATE ON "product" FOR EACH ROW EXECUTE FUNCTION touch()'], up: ['DROP TRIGGER "touched" ON "product"'], finding: ['trigger-changed', 'may-break', 'product'] },
  { shape: 'ENABLE ROW LEVEL SECURITY', more: ['DO $$ BEGIN CREATE ROLE shop; EXCEPTION WHEN duplicate_object THEN NULL; END $$', 'GRANT USAGE ON SCHEMA public TO shop', 'GRANT ALL ON ALL TABLES IN SCHEMA public TO shop', 'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO shop'], as: 'shop', up: ['ALTER TABLE "product" ENABLE ROW LEVEL SECURITY'], finding: ['row-security', 'may-break', 'product'], breaks: { insert: '42501' }, tried: ['read', 'insert'] },
  { shape: 'DROP FUNCTION', up: ['DROP FUNCTION touch()'], finding: ['function-dropped', 'may-break', 'touch'] },
];

export const SLOW: readonly Case[] = [
  {
    shape: 'enum swap that only adds a label',
    up: [`ALTER TYPE "product_state_enum" RENAME TO "product_state_enum_old"`, `CREATE TYPE "product_state_enum" AS ENUM('draft', 'live', 'retired', 'sold')`, 'ALTER TABLE "product" ALTER COLUMN "state" DROP DEFAULT', 'ALTER TABLE "product" ALTER COLUMN "state" TYPE "product_state_enum" USING "state"::"text"::"product_state_enum"', `ALTER TABLE "product" ALTER COLUMN "state" SET DEFAULT 'draft'`, 'DROP TYPE "product_state_enum_old"'],
    finding: ['enum-rebuilt', 'rewrite', 'product.state'],
  },
  { shape: 'CREATE INDEX', up: ['CREATE INDEX "IDX_name" ON "product" ("name")'], finding: ['index-not-concurrent', 'locks', 'product.name'] },
  { shape: 'unique index on new columns only', up: ['ALTER TABLE "product" ADD "ean" text', 'CREATE UNIQUE INDEX "IDX_ean" ON "product" ("ean")'], finding: ['index-not-concurrent', 'locks', 'product.ean'], beside: 'AccessExclusiveLock' },
  { shape: 'ADD serial', up: ['ALTER TABLE "product" ADD "position" SERIAL NOT NULL'], finding: ['column-rewrites', 'rewrite', 'product.position'] },
  { shape: 'ADD identity', up: ['ALTER TABLE "product" ADD "position" integer GENERATED BY DEFAULT AS IDENTITY'], finding: ['column-rewrites', 'rewrite', 'product.position'] },
  { shape: 'ADD generated, stored', up: ['ALTER TABLE "product" ADD "double" integer GENERATED ALWAYS AS ("price" * 2) STORED'], finding: ['column-rewrites', 'rewrite', 'product.double'] },
  { shape: 'ADD with a volatile default', up: ['ALTER TABLE "product" ADD "token" uuid NOT NULL DEFAULT gen_random_uuid()'], finding: ['column-rewrites', 'rewrite', 'product.token'] },
];

/** No statement of the running release breaks, and nothing is said but what informs. */
export const SAFE: readonly Case[] = [
  { shape: 'varchar(n) widened', up: ['ALTER TABLE "product" ALTER COLUMN "sku" TYPE character varying(200)'], finding: null },
  { shape: 'varchar to text', up: ['ALTER TABLE "product" ALTER COLUMN "sku" TYPE text'], finding: null },
  { shape: 'varchar widened with a cast that does nothing', up: ['ALTER TABLE "product" ALTER COLUMN "sku" TYPE character varying(60) USING "sku"::character varying(60)'], finding: null },
  { shape: 'numeric with a greater precision', up: ['ALTER TABLE "product" ALTER COLUMN "weight" TYPE numeric(10,2)'], finding: null },
  { shape: 'timestamp(p) widened', up: ['ALTER TABLE "product" ALTER COLUMN "createdAt" TYPE timestamp(6)'], finding: null },
  { shape: 'the same type again', up: ['ALTER TABLE "product" ALTER COLUMN "price" TYPE integer'], finding: null },
  { shape: 'ADD with REFERENCES', up: ['ALTER TABLE "product" ADD "mainId" integer REFERENCES "category"("id")'], finding: null },
  { shape: 'ADD that may be NULL', up: ['ALTER TABLE "product" ADD "brand" text'], finding: null },
  { shape: 'ADD NOT NULL with a constant', up: [`ALTER TABLE "product" ADD "brand" text NOT NULL DEFAULT 'own'`], finding: null },
  { shape: 'ADD NOT NULL with now()', up: ['ALTER TABLE "product" ADD "updatedAt" timestamp NOT NULL DEFAULT now()'], finding: null },
  { shape: 'ADD generated, virtual', up: ['ALTER TABLE "product" ADD "double" integer GENERATED ALWAYS AS ("price" * 2) VIRTUAL'], finding: null },
  { shape: 'ADD VALUE', up: [`ALTER TYPE "product_state_enum" ADD VALUE 'sold'`], finding: ['enum-label-added', 'information', 'product_state_enum'] },
  { shape: 'UPDATE', up: [`UPDATE "product" SET "note" = 'x' WHERE "id" < 10`], finding: ['rows-changed', 'information', 'product'] },
  { shape: 'all of it on a table of the set', up: ['CREATE TABLE "banner" ("id" serial PRIMARY KEY, "text" text, "old" text)', 'CREATE INDEX "IDX_banner" ON "banner" ("text")', 'ALTER TABLE "banner" DROP COLUMN "old"', 'ALTER TABLE "banner" ALTER COLUMN "text" SET NOT NULL', 'ALTER TABLE "banner" RENAME COLUMN "text" TO "words"', 'TRUNCATE "banner"', 'DROP TABLE "banner"'], finding: null },
  { shape: 'SET NOT NULL of what is NOT NULL', up: ['ALTER TABLE "product" ALTER COLUMN "name" SET NOT NULL'], finding: null },
  { shape: 'DROP DEFAULT of what has none', up: ['ALTER TABLE "product" ALTER COLUMN "name" DROP DEFAULT'], finding: null },
  { shape: 'a column renamed and back', up: ['ALTER TABLE "product" RENAME "note" TO "n"', 'ALTER TABLE "product" RENAME "n" TO "note"'], finding: null },
  { shape: 'DEFAULT dropped and set again', up: ['ALTER TABLE "product" ALTER COLUMN "price" DROP DEFAULT', 'ALTER TABLE "product" ALTER COLUMN "price" SET DEFAULT 1'], finding: null },
  { shape: 'DROP COLUMN IF EXISTS of none', up: ['ALTER TABLE "product" DROP COLUMN IF EXISTS "_temp"'], finding: null },
  { shape: 'DROP TABLE IF EXISTS of none', up: ['DROP TABLE IF EXISTS "nothing"'], finding: null },
  { shape: 'ADD COLUMN IF NOT EXISTS of one that is there', up: ['ALTER TABLE "product" ADD COLUMN IF NOT EXISTS "name" text NOT NULL'], finding: null },
  { shape: 'new table that lets the old rows go', up: ['CREATE TABLE "banner" ("id" serial PRIMARY KEY, "categoryId" integer REFERENCES "category"("id") ON DELETE CASCADE)', 'INSERT INTO "banner" ("categoryId") VALUES (3)'], finding: null, tried: ['read', 'insert', 'delete category'] },
  { shape: 'unique constraint under another name', up: ['ALTER TABLE "product" DROP CONSTRAINT "UQ_product_sku"', 'ALTER TABLE "product" ADD CONSTRAINT "UQ_sku" UNIQUE ("sku")'], finding: null, tried: ['read', 'insert', 'upsert'] },
];
