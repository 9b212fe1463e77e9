import { expect, test } from '@jest/globals';
import type { MigrationFile, Tree } from '../src/index.ts';
import { migration, scan, treeOf, written } from './oracle/migration.ts';

const HISTORY = [migration(1600000000001, [
  `CREATE TYPE "state_enum" AS ENUM('a', 'b')`,
  `CREATE TABLE "product" ("id" serial PRIMARY KEY, "name" varchar(100) NOT NULL, "sku" text, "note" text, "state" "state_enum" NOT NULL DEFAULT 'a', "price" int NOT NULL DEFAULT 0)`,
  'CREATE TABLE "category" ("id" serial PRIMARY KEY, "title" text)',
])];

type Expected = readonly (readonly [rule: string, subject: string, line?: number | undefined, conditional?: boolean])[];
interface Shape { readonly body: string; readonly before?: string; readonly members?: string; readonly tree?: Tree; readonly gives: Expected }

const drops = (...columns: string[]): Expected => columns.map((column) => ['column-dropped', `product.${column}`] as const);
const maybe = (...columns: string[]): Expected => columns.map((column) => ['column-dropped', `product.${column}`, undefined, true] as const);

const SHAPES: Readonly<Record<string, Shape>> = {
  'several statements in one text, each with its line': {
    body: 'await queryRunner.query(`\n  ALTER TABLE "product" DROP COLUMN "sku";\n\n  -- DROP TABLE "category"\n  ALTER TABLE "product" DROP COLUMN "note"`);',
    gives: [['column-dropped', 'product.sku', 6], ['column-dropped', 'product.note', 9]],
  },
  'a text of a module constant': { before: 'const SQL = `\n  ALTER TABLE "product" DROP COLUMN "sku"`;', body: 'await queryRunner.query(SQL);', gives: [['column-dropped', 'product.sku', 2]] },
  'umlauts before the second statement': { body: 'await queryRunner.query(`UPDATE "product" SET "name" = \'Größe ä€😀\'; ALTER TABLE "product" DROP COLUMN "sku"`);', gives: [['rows-changed', 'product'], ['column-dropped', 'product.sku', 5]] },
  'joined by +': { body: `await queryRunner.query('ALTER TABLE "product" ' +\n  'DROP COLUMN "sku"');`, gives: drops('sku') },
  'joined lines': { body: `await queryRunner.query(['ALTER TABLE "product"', 'DROP COLUMN "sku"'].join(' '));`, gives: drops('sku') },
  'names in a loop': { before: `const OLD = ['sku', 'note'] as const;`, body: 'for (const name of OLD) { await queryRunner.query(`ALTER TABLE "product" DROP COLUMN "${name}"`); }', gives: drops('sku', 'note') },
  'names of an object': { body: `for (const [table, columns] of Object.entries({ product: ['sku'] })) for (const column of columns) await queryRunner.query(\`ALTER TABLE "\${table}" DROP COLUMN "\${column}"\`);`, gives: drops('sku') },
  'a counted loop': { body: `const names = ['sku', 'note']; for (let i = 0; i < names.length; i++) await queryRunner.query('ALTER TABLE "product" DROP COLUMN "' + names[i] + '"');`, gives: drops('sku', 'note') },
  'map and Promise.all': { body: `await Promise.all(['sku', 'note'].map((name) => queryRunner.query(\`ALTER TABLE "product" DROP COLUMN "\${name}"\`)));`, gives: drops('sku', 'note') },
  'forEach': { body: `['sku'].forEach(async (name) => { await queryRunner.query(\`ALTER TABLE "product" DROP COLUMN "\${name}"\`); });`, gives: drops('sku') },
  'a promise that goes on': { body: `return queryRunner.query('SELECT 1').then(() => queryRunner.query('ALTER TABLE "product" DROP COLUMN "sku"'));`, gives: drops('sku') },
  'a function of the file': { before: 'async function drop(runner: QueryRunner, table: string, column = "sku") { await runner.query(`ALTER TABLE "${table}" DROP COLUMN "${column}"`); }', body: `await drop(queryRunner, 'product');`, gives: drops('sku') },
  'a method': { members: 'private async drop(runner: QueryRunner, column: string) { await runner.query(`ALTER TABLE "product" DROP COLUMN "${column}"`); }', body: `await this.drop(queryRunner, 'sku');`, gives: drops('sku') },
  'a static method': { members: 'static statements() { return [`ALTER TABLE "product" DROP COLUMN "sku"`]; }', body: 'for (const one of Change1700000000001.statements()) await queryRunner.query(one);', gives: drops('sku') },
  'a field of the class': { members: 'private readonly table = "product";', body: 'await queryRunner.query(`ALTER TABLE "${this.table}" DROP COLUMN "sku"`);', gives: drops('sku') },
  'an enum of TypeScript': { before: `enum Column { Sku = 'sku' }`, body: 'await queryRunner.query(`ALTER TABLE "product" DROP COLUMN "${Column.Sku}"`);', gives: drops('sku') },
  'a tag and a comment before the text': { body: 'await queryRunner.query(/* sql */ `ALTER TABLE "product" DROP COLUMN "sku"`); await queryRunner.query(sql`ALTER TABLE "product" DROP COLUMN "note"`);', gives: drops('sku', 'note') },
  'the manager and the connection': { body: `await queryRunner.manager.query('ALTER TABLE "product" DROP COLUMN "sku"'); const { connection } = queryRunner; await connection.query('ALTER TABLE "product" DROP COLUMN "note"');`, gives: drops('sku', 'note') },
  'a transaction of the manager': { body: `await queryRunner.manager.transaction(async (manager) => { await manager.query('ALTER TABLE "product" DROP COLUMN "sku"'); });`, gives: drops('sku') },
  'a destructured parameter': { before: 'const run = async ({ runner, columns: [first] }: any) => runner.query(`ALTER TABLE "product" DROP COLUMN "${first}"`);', body: `await run({ runner: queryRunner, columns: ['sku'] });`, gives: drops('sku') },
  'behind a guard': { body: `if (await queryRunner.hasColumn('product', 'sku')) { await queryRunner.query('ALTER TABLE "product" DROP COLUMN "sku"'); }`, gives: maybe('sku') },
  'after a guard that returns': { body: `if (!(await queryRunner.hasTable('product'))) return; await queryRunner.query('ALTER TABLE "product" DROP COLUMN "sku"');`, gives: maybe('sku') },
  'a loop after a guard that returns': { body: `const names = ['sku', 'note']; let at = 0; if (!(await queryRunner.hasTable('product'))) return; while (at < names.length) { await queryRunner.query('ALTER TABLE "product" DROP COLUMN "' + names[at] + '"'); at += 1; }`, gives: maybe('sku', 'note') },
  'a loop behind a guard, counted from outside': { body: `const names = ['sku', 'note', 'state']; let at = 0; if (await queryRunner.hasTable('product')) { while (at < names.length) { await queryRunner.query('ALTER TABLE "product" DROP COLUMN "' + names[at] + '"'); at += 1; } }`, gives: maybe('sku', 'note', 'state') },
  'a text that is built behind a guard within a guard': { body: `let sql = 'SELECT 1'; if (process.env.A) { sql = 'ALTER TABLE "product" '; if (process.env.B) { sql += 'DROP COLUMN "sku"'; } else { sql += 'DROP COLUMN "note"'; } } await queryRunner.query(sql);`, gives: maybe('sku', 'note') },
  'either text': { body: `let sql = 'ALTER TABLE "product" DROP COLUMN "sku"'; if (process.env.NOTE) sql = 'ALTER TABLE "product" DROP COLUMN "note"'; await queryRunner.query(sql);`, gives: maybe('sku', 'note') },
  'a choice within a text': { body: 'await queryRunner.query(`ALTER TABLE "product" DROP COLUMN "${process.env.A ? "sku" : "note"}"`);', gives: maybe('sku', 'note') },
  'the way of PostgreSQL among dialects': { body: `switch (queryRunner.connection.options.type) { case 'mysql': await queryRunner.query('ALTER TABLE \`product\` DROP COLUMN \`note\`'); break; case 'postgres': await this.postgres(queryRunner); break; default: throw new Error('no'); }`, members: `async postgres(queryRunner: QueryRunner) { await queryRunner.query('ALTER TABLE "product" DROP COLUMN "sku"'); }`, gives: drops('sku') },
  'an enum of dialects that cannot be read': { before: `import { DatabaseType } from '@shop/config';`, body: `switch (queryRunner.connection.options.type as DatabaseType) { case DatabaseType.betterSqlite3: await queryRunner.query('PRAGMA x'); break; case DatabaseType.postgres: await queryRunner.query('ALTER TABLE "product" DROP COLUMN "sku"'); break; default: throw Error(); }`, gives: [['column-dropped', 'product.sku', undefined, false]] },
  'another dialect returns first': { body: `if (queryRunner.connection.options.type !== 'postgres') { await queryRunner.query('DROP TABLE \`product\`'); return; } await queryRunner.query('ALTER TABLE "product" DROP COLUMN "sku"');`, gives: drops('sku') },
  'try and catch': { body: `try { await queryRunner.query('ALTER TABLE "product" DROP COLUMN "sku"'); } catch { await queryRunner.query('ALTER TABLE "product" DROP COLUMN "note"'); }`, gives: [...drops('sku'), ...maybe('note')] },
  'a DO block': { body: 'await queryRunner.query(`DO $$\nBEGIN\n  ALTER TABLE "product" DROP COLUMN "sku";\n  IF EXISTS (SELECT 1) THEN\n    ALTER TABLE "product" DROP COLUMN "note";\n  END IF;\nEND $$`);', gives: [['column-dropped', 'product.sku', 7, false], ['column-dropped', 'product.note', 9, true]] },
  'EXECUTE of constants': { body: "await queryRunner.query(`DO $$ DECLARE what text := 'sku'; BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN %I', 'product', what); what := 'note'; EXECUTE 'ALTER TABLE product DROP COLUMN ' || quote_ident(what); END $$`);", gives: drops('sku', 'note') },
  'every kind of statement that holds others in a DO block': { body: "await queryRunner.query(`DO $$ DECLARE i int; x text; BEGIN FOR i IN 1..2 LOOP ALTER TABLE product DROP COLUMN sku; END LOOP; CASE WHEN true THEN ALTER TABLE product DROP COLUMN note; ELSE NULL; END CASE; WHILE false LOOP ALTER TABLE product DROP COLUMN state; END LOOP; FOREACH x IN ARRAY ARRAY['a'] LOOP ALTER TABLE product DROP COLUMN price; END LOOP; BEGIN PERFORM 1; EXCEPTION WHEN others THEN DROP TABLE category; END; END $$`);", gives: [...maybe('sku', 'note', 'state', 'price'), ['table-dropped', 'category', undefined, true]] },
  'EXECUTE of what is read': { body: "await queryRunner.query(`DO $$ DECLARE r record; BEGIN FOR r IN SELECT conname FROM pg_constraint LOOP EXECUTE r.conname; END LOOP; END $$`);", gives: [['unresolved', 'DO', undefined, true]] },
  'a file beside the migration': { before: `import { readFileSync } from 'fs'; import { join } from 'path';`, body: `await queryRunner.query(readFileSync(join(__dirname, 'sql', 'up.sql'), 'utf8'));`, tree: treeOf({ 'src/migrations/sql/up.sql': '-- first\nALTER TABLE "product" DROP COLUMN "sku";\n' }), gives: [['column-dropped', 'product.sku', 2]] },
  "a project's own loader": { body: `await queryRunner.query(await loadSql('up.sql'));`, tree: treeOf({ 'db/scripts/up.sql': 'ALTER TABLE "product" DROP COLUMN "sku"' }), gives: drops('sku') },
  'a module of the repository': { before: `import { COLUMNS, dropAll } from './old';`, body: `await dropAll(queryRunner, COLUMNS);`, tree: treeOf({ 'src/migrations/old.ts': 'export const COLUMNS = ["sku"];\nexport async function dropAll(runner, names) { for (const name of names) await runner.query(`ALTER TABLE "product" DROP COLUMN "${name}"`); }' }), gives: drops('sku') },
  'addColumn, which is NOT NULL unless it is told': { before: `import { TableColumn } from 'typeorm';`, body: `await queryRunner.addColumn('product', new TableColumn({ name: 'brand', type: 'varchar', length: '20' }));`, gives: [['required-column-added', 'product.brand']] },
  'addColumns that may be NULL or have a default': { body: `await queryRunner.addColumns('product', [new TableColumn({ name: 'a', type: 'int', isNullable: true }), new TableColumn({ name: 'b', type: 'int', default: 0 })]);`, gives: [] },
  'dropColumn and dropColumns': { body: `await queryRunner.dropColumn('product', 'sku'); await queryRunner.dropColumns('product', ['note', new TableColumn({ name: 'state', type: 'text' })]);`, gives: drops('sku', 'note', 'state') },
  'renameColumn, renameTable, dropTable': { body: `await queryRunner.renameColumn('product', 'sku', 'code'); await queryRunner.renameTable('product', 'article'); await queryRunner.dropTable('category', true);`, gives: [['table-renamed', 'product'], ['table-dropped', 'category', undefined, true]] },
  'changeColumn to what differs': { body: `await queryRunner.changeColumn('product', 'note', new TableColumn({ name: 'note', type: 'text', isNullable: false })); await queryRunner.changeColumn('product', 'price', new TableColumn({ name: 'price', type: 'bigint', default: 0 }));`, gives: [['not-null-set', 'product.note'], ['column-recreated', 'product.price']] },
  'changeColumn to what it is': { body: `await queryRunner.changeColumn('product', 'note', new TableColumn({ name: 'note', type: 'text', isNullable: true }));`, gives: [] },
  'createIndex and createForeignKey': { body: `const table = await queryRunner.getTable('product'); await queryRunner.createIndex(table, new TableIndex({ name: 'IDX_sku', columnNames: ['sku'], isUnique: true })); await queryRunner.createForeignKey('product', new TableForeignKey({ columnNames: ['price'], referencedTableName: 'category', referencedColumnNames: ['id'], onDelete: 'CASCADE' }));`, gives: [['unique-added', 'product.sku'], ['foreign-key-added', 'product.price']] },
  'super': { before: 'class Base { async drop(runner, name) { await runner.query(`ALTER TABLE "product" DROP COLUMN "${name}"`); } }\nclass Child extends Base { async drop(runner, name) { await super.drop(runner, name); await super.drop(runner, "note"); } }', body: 'await new Child().drop(queryRunner, "sku");', gives: drops('sku', 'note') },
  'a foreign key that is looked up': { body: `const table = await queryRunner.getTable('product'); const key = table.foreignKeys.find((one) => one.columnNames.includes('x')); await queryRunner.dropForeignKey('product', key); await queryRunner.dropForeignKeys(table, table.foreignKeys);`, gives: [] },
  'a runner under another name': { body: `const runner = queryRunner; const query = runner.query.bind(runner); await query('ALTER TABLE "product" DROP COLUMN "sku"'); await (runner as any)['query']('ALTER TABLE "product" DROP COLUMN "note"');`, gives: drops('sku', 'note') },
  'createTable of a new one': { body: `await queryRunner.createTable(new Table({ name: 'banner', columns: [{ name: 'id', type: 'int', isPrimary: true, isGenerated: true }, { name: 'kind', type: 'enum', enum: ['x'] }], indices: [{ columnNames: ['kind'], name: 'i' }] }), true); await queryRunner.dropColumn('banner', 'kind');`, gives: [] },
  'clearTable': { body: `await queryRunner.clearTable('product');`, gives: [['rows-deleted', 'product']] },
  'code that is not here': { before: `import { vendureMigration } from '@vendure/migrate';`, body: 'await vendureMigration(queryRunner);', gives: [['unresolved', 'vendureMigration']] },
  'a name that is read when it runs': { body: `const [row] = await queryRunner.query('SELECT 1'); await queryRunner.query(\`ALTER TABLE "product" DROP CONSTRAINT "\${row.name}"\`);`, gives: [['unresolved', 'query']] },
  'a text that is read when it runs': { body: `const rows = await queryRunner.query('SELECT 1'); for (const row of rows) await queryRunner.query(row.sql);`, gives: [['unresolved', 'query', undefined, true]] },
  'values that are read when it runs': { body: 'const rows = await queryRunner.query("SELECT 1"); for (const row of rows) await queryRunner.query(`INSERT INTO "product" ("name") VALUES (\'${row.name}\')`);\nawait queryRunner.query(`UPDATE "product" SET "note" = $1`, [rows[0].id]);', gives: [['rows-changed', 'product', undefined, true], ['rows-changed', 'product', undefined, false]] },
  'rows by the entity manager': { body: `const rows = await queryRunner.manager.find(Product); for (const row of rows) { row.note = ''; await queryRunner.manager.save(row); } await queryRunner.manager.getRepository(Product).createQueryBuilder().update().set({ note: '' }).execute(); if (rows.length > 0) console.log(rows);`, gives: [] },
  'what down() does': { body: 'await queryRunner.query("SELECT 1");', members: 'async down(queryRunner) { await queryRunner.query(`DROP TABLE "product"`); }', gives: [] },
};

test.each(Object.entries(SHAPES))('%s', async (_, { body, before, members, tree, gives }) => {
  const { findings, unread, notPostgres, migrations } = await scan([written(body, { ...(before === undefined ? {} : { before }), ...(members === undefined ? {} : { members }) })], HISTORY, tree);
  expect([migrations.length, unread, notPostgres]).toEqual([1, [], []]);
  const found = findings.filter(({ rule }) => rule !== 'no-lock-timeout');
  expect(found.map(({ rule, subject }) => `${rule} ${subject}`).sort()).toEqual(gives.map(([rule, subject]) => `${rule} ${subject}`).sort());
  for (const [rule, subject, line, conditional] of gives) {
    if (line !== undefined) expect(found).toContainEqual(expect.objectContaining({ rule, subject, line }));
    if (conditional !== undefined) expect(found).toContainEqual(expect.objectContaining({ rule, subject, conditional }));
  }
});

const file = (source: string): MigrationFile => ({ path: 'src/migrations/a.js', source });
const DROP = 'return queryRunner.query(`ALTER TABLE "product" DROP COLUMN "sku"`)';

test.each<[string, string, string[]]>([
  ['a class of CommonJS', `module.exports = class Drop1700000000001 { name = 'Drop1700000000001'; async up(queryRunner) { ${DROP} } async down() {} }`, ['Drop1700000000001']],
  ['a name of its own', `export class Drop implements MigrationInterface { name = 'Named1700000000002'; async up(queryRunner) { ${DROP} } async down() {} }`, ['Named1700000000002']],
  ['up as an arrow', `export class Drop1700000000001 { up = async (queryRunner) => { ${DROP} }; down = async () => {}; }`, ['Drop1700000000001']],
  ['up of a parent', `abstract class Base { async up(queryRunner) { ${DROP} } async down() {} }\nexport class Drop1700000000001 extends Base {}`, ['Drop1700000000001']],
  ['up of a class in another file', `import { Base } from './base';\nexport class Drop1700000000001 extends Base {}`, ['Drop1700000000001']],
  ['two in one file', `export class B1700000000002 { async up(queryRunner) { ${DROP} } async down() {} }\nexport class A1700000000001 { async up() {} async down() {} }`, ['A1700000000001', 'B1700000000002']],
])('the migration is found: %s', async (_, source, names) => {
  const { migrations, findings } = await scan([file(source)], HISTORY, treeOf({ 'src/migrations/base.ts': `export abstract class Base { async up(queryRunner) { ${DROP} } }` }));
  expect(migrations.map(({ className }) => className)).toEqual(names);
  expect(findings.filter(({ kind }) => kind === 'breaks-old-code').map(({ subject }) => subject)).toEqual(['product.sku']);
});

test.each<[string, string]>([
  ['of a package', `import { Base } from 'pkg';\nexport class Drop1700000000001 extends Base {}`],
  ['made by a function', `export class Drop1700000000001 { up = inTransaction(async (queryRunner) => {}); down = () => {}; }`],
])('an up() that cannot be followed is said: %s', async (_, source) => {
  const { migrations, findings } = await scan([file(source)], HISTORY);
  expect(migrations).toHaveLength(1);
  expect(findings.map(({ rule, subject }) => [rule, subject])).toEqual([['unresolved', 'up']]);
});
