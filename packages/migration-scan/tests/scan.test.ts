import { expect, test } from '@jest/globals';
import { CANARY_IS_NO_CURE, LIMITS, type MigrationFile, RULES, type TreeFile } from '../src/index.ts';
import { migration, scan, treeOf, written } from './oracle/migration.ts';

const drop = 'await queryRunner.query(`ALTER TABLE "product" DROP COLUMN "sku"`);';
const path = 'src/migrations/1700000000001-change.ts';

test('a finding has what an operator needs of it', async () => {
  const { findings, migrations } = await scan([written(`    ${drop}`)]);
  expect(migrations).toEqual([{ className: 'Change1700000000001', timestamp: 1700000000001, file: path, line: 2 }]);
  expect(findings[0]).toEqual({
    kind: 'breaks-old-code', rule: 'column-dropped', file: path, line: 5, conditional: false, subject: 'product.sku', sql: 'ALTER TABLE "product" DROP COLUMN "sku"',
    why: RULES['column-dropped'].why, lock: 'AccessExclusiveLock', rewrite: false, safeWay: RULES['column-dropped'].safeWay,
  });
  expect(findings[0]?.why).toContain('running release');
  expect(CANARY_IS_NO_CURE).toMatch(/no cure.*canary.*expand.*contract/u);
});

test('every rule that breaks the old code says so of the running release, or that the deploy fails', () => {
  const silent = Object.entries(RULES).filter(([, { kind, why }]) => kind === 'breaks-old-code' && !/running release|The database is gone/u.test(why)).map(([rule]) => rule);
  // These speak of its statements, not of itself.
  expect(silent).toEqual([]);
});

test.each<[string, string, { allowed?: string; fault?: RegExp }]>([
  ['with a reason', '// preflight-allow column-dropped product.sku: nothing reads it since release 41', { allowed: 'nothing reads it since release 41' }],
  ['as a block', '/* preflight-allow column-dropped product.sku: agreed */', { allowed: 'agreed' }],
  ['without a reason', '// preflight-allow column-dropped product.sku', { fault: /gives no reason/u }],
  ['with an empty reason', '// preflight-allow column-dropped product.sku:  ', { fault: /gives no reason/u }],
  ['of an unknown rule', '// preflight-allow drop-column product.sku: agreed', { fault: /no rule drop-column/u }],
  ['of another column', '// preflight-allow column-dropped product.note: agreed', { fault: /matches no finding/u }],
  ['without rule and column', '// preflight-allow', { fault: /write it as/u }],
])('a comment that allows: %s', async (_, comment, { allowed, fault }) => {
  const { findings, suppressed, suppressionFaults } = await scan([written(`    ${comment}\n    ${drop}`)]);
  const breaking = findings.filter(({ kind }) => kind === 'breaks-old-code');
  expect(suppressed.map(({ rule, subject, reason }) => [rule, subject, reason])).toEqual(allowed === undefined ? [] : [['column-dropped', 'product.sku', allowed]]);
  expect(breaking).toHaveLength(allowed === undefined ? 1 : 0);
  expect(suppressionFaults).toEqual(fault === undefined ? [] : [{ file: path, line: 5, why: expect.stringMatching(fault) }]);
});

test('a comment below the statement, or in another file, allows nothing', async () => {
  const comment = '// preflight-allow column-dropped product.sku: agreed';
  const { findings, suppressionFaults } = await scan([written(`    ${drop}\n    ${comment}`), migration(1700000000002, ['SELECT 1'], { members: comment })]);
  expect(findings.filter(({ kind }) => kind === 'breaks-old-code')).toHaveLength(1);
  expect(suppressionFaults).toHaveLength(2);
});

test('a comment in a .sql file allows what stands below it there', async () => {
  const tree = treeOf({ 'src/migrations/up.sql': '-- preflight-allow column-dropped product.sku: agreed\nALTER TABLE "product" DROP COLUMN "sku";' });
  const { findings, suppressed } = await scan([written(`await queryRunner.query(readFileSync('./up.sql', 'utf8'));`)], [], tree);
  expect([findings.filter(({ kind }) => kind === 'breaks-old-code'), suppressed.map(({ file, line }) => `${file}:${line}`)]).toEqual([[], ['src/migrations/up.sql:2']]);
});

const file = (source: MigrationFile['source']): MigrationFile => ({ path, source });
const nested = (open: string, close: string, times: number): string => `export class A1700000000001 { async up(queryRunner) { const x = ${open.repeat(times)}1${close.repeat(times)}; } async down() {} }`;

test.each<[string, MigrationFile, string, RegExp]>([
  ['one of 100 MB, by its size', file({ bytes: 100 * 1024 * 1024 }), 'too-large', /104857600 bytes, and 4194304 is the most/u],
  ['a symlink', file({ refused: 'it is a symlink' }), 'refused', /not read: it is a symlink/u],
  ['one that is too large', file('x'.repeat(LIMITS.fileBytes + 1)), 'too-large', /4194305 bytes/u],
  ['random bytes', file(Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256)), 'binary', /no UTF-8/u],
  ['zero bytes', file(new Uint8Array(64)), 'binary', /no UTF-8/u],
  ['no TypeScript', file('export class A1700000000001 { async up( {'), 'syntax-error', /\(1:/u],
  ['brackets without end', file(nested('[', ']', 200_000)), 'too-deep', /nested too deeply/u],
  ['calls without end', file(nested('f(', ')', 100_000)), 'too-deep', /nested too deeply/u],
  ['a class without a timestamp', file('export class Change implements MigrationInterface { async up() {} async down() {} }'), 'no-timestamp', /Change does not end with a timestamp/u],
])('unread is said: %s', async (_, one, reason, why) => {
  const { unread, migrations } = await scan([one]);
  expect(unread).toEqual([{ file: path, reason, why: expect.stringMatching(why) }]);
  expect(migrations).toEqual([]);
});

test.each<[string, MigrationFile, string, RegExp]>([
  ['nesting that can be parsed', file(nested('[', ']', 250).replace('const x = ', 'await queryRunner.query("SELECT 1"); const x = ')), 'up', /^It is nested more than 200 deep/u],
  ['a loop without end', written('while (true) { await queryRunner.query(`UPDATE "product" SET "note" = 1`); }'), 'loop', /more than 500 turns/u],
  ['a call of itself', written('const again = async () => { await again(); }; await again();'), 'up', /Calls are nested more than 16 deep/u],
  ['loops within loops', written('const many = Array.from({ length: 1 }); for (let i = 0; i < 400; i++) for (let k = 0; k < 400; k++) { let x = i + k; }'), 'up', /more than 20000 steps/u],
  ['SQL that is nested without end', written('await queryRunner.query(`SELECT ' + '('.repeat(30_000) + '1' + ')'.repeat(30_000) + '`);'), 'query', /grammar refuses it/u],
  ['SQL that is none', written('await queryRunner.query(`DELETE * FROM product`);'), 'query', /grammar refuses it: syntax error/u],
  ['a DO block that is none', written('await queryRunner.query(`DO $$ BEGIN IF THEN END $$`);'), 'query', /grammar refuses it/u],
  ['a file outside the repository', written(`await queryRunner.query(readFileSync('../../../etc/up.sql', 'utf8'));`), '../../../etc/up.sql', /lies outside the repository/u],
  ['an absolute path', written(`await queryRunner.query(readFileSync('/etc/up.sql', 'utf8'));`), '/etc/up.sql', /named by no path within the repository/u],
  ['a file that is not there', written(`await queryRunner.query(readFileSync('./none.sql', 'utf8'));`), './none.sql', /not in the repository at the target commit/u],
])('unresolved is said: %s', async (_, one, subject, why) => {
  const { findings, migrations } = await scan([one]);
  expect(migrations).toHaveLength(1);
  expect(findings).toContainEqual(expect.objectContaining({ kind: 'unresolved', subject, why: expect.stringMatching(why) }));
});

test.each<[string, TreeFile, RegExp]>([
  ['a symlink', { kind: 'refused', why: 'it is a symlink' }, /^The file src\/migrations\/up\.sql is not read: it is a symlink/u],
  ['one that is too large', { kind: 'text', text: 'x'.repeat(LIMITS.fileBytes + 1) }, /more than 4194304 bytes/u],
])('a file that a migration reads is refused: %s', async (_, found, why) => {
  const { findings } = await scan([written(`await queryRunner.query(readFileSync('./up.sql', 'utf8'));`)], [], treeOf({ 'src/migrations/up.sql': found }));
  expect(findings).toContainEqual(expect.objectContaining({ kind: 'unresolved', subject: './up.sql', why: expect.stringMatching(why) }));
});

test('a migration of MySQL is said once, and its statements not one by one', async () => {
  const { notPostgres, findings, migrations } = await scan([migration(1700000000001, ['ALTER TABLE `product` DROP COLUMN `sku`', 'CREATE TABLE `x` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB', 'DROP TABLE product'])]);
  expect(notPostgres).toEqual([{ file: path, why: expect.stringMatching(/2 of its 3 statements .* line 6/u) }]);
  expect([findings, migrations.length]).toEqual([[], 1]);
});

test('a file beside the migrations that holds none is named', async () => {
  const { notMigrations, migrations, unread } = await scan([{ path: 'src/migrations/helpers.ts', source: 'export const up = 1; export class Repository { up() {} }' }]);
  expect([notMigrations, migrations, unread]).toEqual([['src/migrations/helpers.ts'], [], []]);
});

test('an older migration that does not resolve makes nothing absent', async () => {
  const older = (body: string): MigrationFile => written(body, { path: 'src/migrations/0-old.ts' });
  const later = [migration(1800000000001, ['DROP TABLE IF EXISTS "legacy"'])];
  const known = await scan(later, [older('await queryRunner.query("CREATE TABLE a (id int)");')]);
  const gaps = await scan(later, [older('await queryRunner.query("CREATE TABLE a (id int)"); await other(queryRunner);')]);
  const garbage = await scan(later, [older('await queryRunner.query("CREATE TABLE a (id int)");'), file(new Uint8Array(9))]);
  expect([known, gaps, garbage].map(({ findings }) => findings.filter(({ kind }) => kind === 'breaks-old-code').length)).toEqual([0, 1, 1]);
});

test('a file that is cut off anywhere is said to be something, and nothing throws', async () => {
  const whole = written('for (const name of ["sku"]) { await queryRunner.query(`DO $$ BEGIN ALTER TABLE "product" DROP COLUMN "${name}"; END $$`); }').source as string;
  for (let length = 1; length < whole.length; length += 3) {
    const { migrations, unread, notMigrations } = await scan([file(whole.slice(0, length))]);
    expect(migrations.length + unread.length + notMigrations.length).toBe(1);
  }
});

test('nothing in a migration is run', async () => {
  const { findings } = await scan([written('require("node:fs").writeFileSync("/tmp/ran", ""); globalThis.ran = true; process.exit(3);', { before: 'globalThis.ran = true;' })]);
  expect([findings, 'ran' in globalThis]).toEqual([[], false]);
});

test('no migration, no finding', async () => {
  expect(await scan([])).toEqual({ migrations: [], findings: [], suppressed: [], suppressionFaults: [], notPostgres: [], unread: [], notMigrations: [] });
});
