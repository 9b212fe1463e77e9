import { expect, test } from '@jest/globals';
import type { MigrationFile } from '../src/index.ts';
import { migration, scan } from './oracle/migration.ts';

const HISTORY = migration(1600000000001, [
  `CREATE TYPE "state_enum" AS ENUM('a', 'b')`,
  `CREATE TABLE "product" ("id" serial PRIMARY KEY, "name" varchar(100) NOT NULL, "sku" varchar(20), "note" text, "state" "state_enum" NOT NULL DEFAULT 'a', "price" int NOT NULL DEFAULT 0, CONSTRAINT "odd_name" UNIQUE ("sku"))`,
  'CREATE MATERIALIZED VIEW "top" AS SELECT "id" FROM "product"',
]);

interface Net { readonly set: readonly (readonly string[])[]; readonly down?: readonly string[]; readonly history?: readonly MigrationFile[]; readonly gives: readonly string[] }

const swap = (...labels: string[]): string[] => [
  'ALTER TYPE "public"."state_enum" RENAME TO "state_enum_old"', `CREATE TYPE "public"."state_enum" AS ENUM(${labels.map((one) => `'${one}'`).join(', ')})`,
  'ALTER TABLE "product" ALTER COLUMN "state" DROP DEFAULT', 'ALTER TABLE "product" ALTER COLUMN "state" TYPE "public"."state_enum" USING "state"::"text"::"public"."state_enum"', `ALTER TABLE "product" ALTER COLUMN "state" SET DEFAULT 'a'`, 'DROP TYPE "public"."state_enum_old"',
];

const CASES: Readonly<Record<string, Net>> = {
  'added in one file, required in the next': { set: [['ALTER TABLE "product" ADD "brand" text'], [`UPDATE "product" SET "brand" = ''`, 'ALTER TABLE "product" ALTER "brand" SET NOT NULL']], gives: ['breaks-old-code required-column-added product.brand'] },
  'required in one file, with a default from the next': { set: [['ALTER TABLE "product" ADD "brand" text NOT NULL'], [`ALTER TABLE "product" ALTER "brand" SET DEFAULT ''`]], gives: [] },
  'created in one file, dropped in the next': { set: [['CREATE TABLE "banner" ("id" int)', 'ALTER TABLE "product" ADD "brand" text'], ['DROP TABLE "banner"', 'ALTER TABLE "product" DROP "brand"']], gives: [] },
  'a new table that refers to another new one, and to an old one': { set: [['CREATE TABLE "banner" ("id" int PRIMARY KEY)', 'CREATE TABLE "slide" ("id" int, "bannerId" int, "productId" int)', 'ALTER TABLE "slide" ADD CONSTRAINT "FK_bannerId" FOREIGN KEY ("bannerId") REFERENCES "banner"("id")'], ['ALTER TABLE "slide" ADD CONSTRAINT "FK_productId" FOREIGN KEY ("productId") REFERENCES "product"("id")']], gives: ['may-break child-blocks-delete product'] },
  'renamed in one file, and a new column with the old name in the next': { set: [['ALTER TABLE "product" RENAME "note" TO "remark"'], ['ALTER TABLE "product" ADD "note" text']], gives: ['may-break column-recreated product.note'] },
  'a renamed table and a column that it loses': { set: [['ALTER TABLE "product" RENAME TO "article"', 'ALTER TABLE "article" DROP "note"']], gives: ['breaks-old-code table-renamed product'] },
  'recreated as required, where it was required before': { set: [['ALTER TABLE "product" DROP "name"', 'ALTER TABLE "product" ADD "name" text NOT NULL']], gives: ['breaks-old-code column-recreated product.name'] },
  'recreated as required, where it could be NULL': { set: [['ALTER TABLE "product" DROP "note"', 'ALTER TABLE "product" ADD "note" text NOT NULL']], gives: ['breaks-old-code column-recreated product.note', 'breaks-old-code required-column-added product.note'] },
  'a label added and another removed': { set: [swap('a', 'b', 'c'), swap('a', 'c')], gives: ['breaks-old-code enum-label-removed product.state'] },
  'only labels added, by the history': { set: [swap('a', 'b', 'c')], gives: ['rewrite enum-rebuilt product.state'] },
  'only labels added, by down()': { history: [], set: [swap('a', 'b', 'c')], down: [`CREATE TYPE "public"."state_enum_old" AS ENUM('a', 'b')`], gives: ['rewrite enum-rebuilt product.state'] },
  'a label removed, by down()': { history: [], set: [swap('a')], down: [`CREATE TYPE "public"."state_enum_old" AS ENUM('a', 'b')`], gives: ['breaks-old-code enum-label-removed product.state'] },
  'labels that nothing tells': { history: [], set: [swap('a', 'b')], gives: ['may-break enum-label-removed product.state'] },
  'a label added by the history with ADD VALUE': { history: [HISTORY, migration(1600000000002, [`ALTER TYPE "state_enum" ADD VALUE 'c'`])], set: [swap('a', 'b')], gives: ['breaks-old-code enum-label-removed product.state'] },
  'wider, by down()': { history: [], set: [['ALTER TABLE "product" ALTER "name" TYPE varchar(200)']], down: ['ALTER TABLE "product" ALTER "name" TYPE varchar(100)'], gives: [] },
  'narrower, by down()': { history: [], set: [['ALTER TABLE "product" ALTER "name" TYPE varchar(50)']], down: ['ALTER TABLE "product" ALTER "name" TYPE varchar(100)'], gives: ['may-break type-changed product.name'] },
  'a type of which nothing is known': { history: [], set: [['ALTER TABLE "product" ALTER "name" TYPE varchar(50)']], gives: ['may-break type-changed product.name'] },
  'wider, by the history; down() lies': { set: [['ALTER TABLE "product" ALTER "name" TYPE varchar(200)']], down: ['ALTER TABLE "product" ALTER "name" TYPE text'], gives: [] },
  'a unique constraint whose name tells nothing': { set: [['ALTER TABLE "product" DROP CONSTRAINT "odd_name"']], gives: ['may-break unique-dropped product.sku'] },
  'a unique constraint that only its name tells': { history: [], set: [['ALTER TABLE "product" DROP CONSTRAINT "UQ_1"']], gives: ['may-break unique-dropped product.UQ_1'] },
  'a constraint of which nothing tells': { history: [], set: [['ALTER TABLE "product" DROP CONSTRAINT "odd_name"']], gives: [] },
  'unique of a column that goes as well': { set: [['ALTER TABLE "product" DROP CONSTRAINT "odd_name"', 'ALTER TABLE "product" DROP "sku"']], gives: ['breaks-old-code column-dropped product.sku'] },
  'a materialised view swapped by two renames': { set: [['CREATE MATERIALIZED VIEW "top_new" AS SELECT "id" FROM "product"', 'ALTER MATERIALIZED VIEW "top" RENAME TO "top_old"', 'ALTER MATERIALIZED VIEW "top_new" RENAME TO "top"', 'DROP MATERIALIZED VIEW "top_old"']], gives: ['may-break view-replaced top'] },
  'a foreign key made again': { history: [HISTORY, migration(1600000000002, ['CREATE TABLE "owner" ("id" serial PRIMARY KEY)', 'ALTER TABLE "product" ADD "ownerId" int', 'ALTER TABLE "product" ADD CONSTRAINT "FK_owner" FOREIGN KEY ("ownerId") REFERENCES "owner"("id")'])], set: [['ALTER TABLE "product" DROP CONSTRAINT "FK_owner"', 'ALTER TABLE "product" ADD CONSTRAINT "FK_owner" FOREIGN KEY ("ownerId") REFERENCES "owner"("id") ON DELETE CASCADE']], gives: ['locks foreign-key-added product.ownerId'] },
  'IF EXISTS on a table of which nothing is known': { history: [], set: [['DROP TABLE IF EXISTS "legacy"']], gives: ['breaks-old-code table-dropped legacy'] },
  'a column for the time between, cleared away first': { history: [], set: [['ALTER TABLE "product" DROP COLUMN IF EXISTS "_old"', 'ALTER TABLE "product" ADD "_old" text', 'UPDATE "product" SET "_old" = "note"', 'ALTER TABLE "product" DROP "_old"']], gives: [] },
  'IF EXISTS of a column of which nothing is known': { history: [], set: [['ALTER TABLE "product" DROP COLUMN IF EXISTS "legacy"']], gives: ['breaks-old-code column-dropped product.legacy'] },
  'IF EXISTS before it is made': { history: [], set: [['DROP TABLE IF EXISTS "banner"', 'CREATE TABLE "banner" ("id" int)']], gives: [] },
  'a column that the history dropped': { history: [HISTORY, migration(1600000000002, ['ALTER TABLE "product" DROP "note"'])], set: [['ALTER TABLE "product" DROP COLUMN IF EXISTS "note"']], gives: [] },
  'quoted and not quoted names': { history: [migration(1600000000001, ['CREATE TABLE Product ("Name" text, name text)'])], set: [['ALTER TABLE "product" DROP COLUMN IF EXISTS NAME', 'ALTER TABLE PRODUCT DROP COLUMN IF EXISTS "NAME"']], gives: ['breaks-old-code column-dropped product.name'] },
  'the default schema, named and not named': { set: [['ALTER TABLE "public"."product" ADD "brand" text', 'ALTER TABLE "product" ALTER "brand" SET NOT NULL']], gives: ['breaks-old-code required-column-added product.brand'] },
  'with SET LOCAL lock_timeout': { set: [[`SET LOCAL lock_timeout = '5s'`, 'ALTER TABLE "product" DROP "note"']], gives: ['breaks-old-code column-dropped product.note', 'timeout'] },
  'concurrently outside a transaction': { set: [['COMMIT', 'CREATE INDEX CONCURRENTLY "i" ON "product" ("name")', 'BEGIN']], gives: [] },
  'a database': { set: [['DROP DATABASE "shop"']], gives: ['breaks-old-code database-dropped shop'] },
};

test.each(Object.entries(CASES))('%s', async (_, { set, down, history, gives }) => {
  // The files come in any order; their classes' timestamps decide.
  const target = set.map((up, index) => migration(1700000000001 + index, up, down === undefined ? {} : { down })).toReversed();
  const { findings } = await scan(target, history ?? [HISTORY]);
  const said = findings.filter(({ kind, rule }) => kind !== 'information' && rule !== 'index-not-concurrent').map(({ kind, rule, subject }) => `${kind} ${rule} ${subject}`);
  expect([...new Set(said)].sort()).toEqual(gives.filter((one) => one !== 'timeout').toSorted());
  // A lock that waits without a bound is said once, for the first statement.
  const strong = findings.some(({ lock, rule }) => lock === 'AccessExclusiveLock' && rule !== 'no-lock-timeout');
  expect(findings.some(({ rule }) => rule === 'no-lock-timeout')).toBe(strong && !gives.includes('timeout'));
});

test('an instance property takes the migration out of its transaction', async () => {
  const { findings } = await scan([migration(1700000000001, ['CREATE INDEX CONCURRENTLY "i" ON "product" ("name")'], { members: 'public transaction = false;' })], [HISTORY]);
  expect(findings).toEqual([]);
});
