import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { Log } from '@vendure-deploy/shared/action';
import { Secret } from '@vendure-deploy/shared/secrets';
import { type CommandAnswer, driftOf, proveBackup, runShopCommand } from '@vendure-deploy/shared/shop-commands';
import { openWorld, type World } from './stage/world.ts';

// The example shop's own audit and backup, on a real PostgreSQL, as fly-deploy asks them.

jest.setTimeout(60_000);

const SHOP = join(import.meta.dirname, '../../../examples/shop');
const log: Log = { info: () => {}, warning: () => {}, error: () => {}, notice: () => {}, debug: () => {}, group: async (_title, work) => work() };
let world: World;
let folder: string;
let count = 0;
let database: string;
let url: string;

beforeAll(async () => {
  world = await openWorld();
  await world.twin.database.start();
  folder = await mkdtemp(join(tmpdir(), 'shop-commands-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await world[Symbol.asyncDispose]();
});

beforeEach(async () => {
  count += 1;
  database = `shop_${count}`;
  url = await world.twin.database.create(database);
});

const migrate = (): Promise<unknown> => promisify(execFile)(process.execPath, ['apps/server/src/migrate.ts'], { cwd: SHOP, env: { DATABASE_URL: url } });

function ask(script: string, { workspace = SHOP, databaseUrl = url, argument = '--fail-on-drift' } = {}): Promise<CommandAnswer> {
  return runShopCommand({ argv: [process.execPath, script, argument], workspace, environment: { DATABASE_URL: new Secret(databaseUrl), BACKUP_DIRECTORY: new Secret(folder) }, timeoutSeconds: 20, signal: new AbortController().signal, log });
}

const audit = async (where: Parameters<typeof ask>[1] = {}): Promise<unknown> => driftOf(await ask('apps/server/src/drift-audit.ts', where));

test.each<[string, string, unknown]>([
  ['nothing was touched', 'SELECT 1', { kind: 'none' }],
  ['a column is gone', 'ALTER TABLE "product" DROP COLUMN "enabled"', { kind: 'irreconcilable', differences: ['the database lacks product.enabled boolean not null'] }],
  ['a column came by hand', 'ALTER TABLE "product" ADD "colour" text', { kind: 'irreconcilable', differences: ['the database has product.colour text null, which no migration makes'] }],
  ['a type was changed', 'ALTER TABLE "job_record" ALTER "attempts" TYPE bigint', { kind: 'irreconcilable', differences: ['the database has job_record.attempts bigint not null, which no migration makes', 'the database lacks job_record.attempts integer not null'] }],
  ['a later commit has migrated', `INSERT INTO "migrations" ("timestamp", "name") VALUES (1, 'Later1')`, { kind: 'irreconcilable', differences: ['the database has migration Later1, which this commit does not know'] }],
])('the audit of a migrated database where %s', async (_, sql, drift) => {
  await migrate();
  await world.twin.database.query(database, sql);
  expect(await audit()).toEqual(drift);
  expect(await world.twin.database.query(database, `SELECT 1 FROM information_schema.schemata WHERE schema_name = 'drift_audit'`)).toEqual([]);
});

test('a commit that is a migration ahead is reconcilable drift, and stays so until it was run', async () => {
  await migrate();
  const ahead = join(folder, 'ahead');
  await cp(join(SHOP, 'apps/server'), join(ahead, 'apps/server'), { recursive: true });
  await cp(join(SHOP, 'history/3-develop/apps'), join(ahead, 'apps'), { recursive: true });
  expect(await audit({ workspace: ahead })).toEqual({ kind: 'reconcilable', pending: ['ProductPrice1757919600000'] });
  expect(await world.twin.database.appliedMigrations(database)).not.toContain('ProductPrice1757919600000');
});

test('not asked to fail, it says drift with exit code 0', async () => {
  expect(await ask('apps/server/src/drift-audit.ts', { argument: '--' })).toMatchObject({ exitCode: 0, answer: { drift: 'reconcilable' } });
});

test('a database that does not answer is no answer, not "no drift"', async () => {
  expect(await audit({ databaseUrl: 'postgres://postgres:wrong@127.0.0.1:1/shop' })).toEqual({ kind: 'unreadable', why: expect.stringContaining('ended with 1 and printed no line of JSON') });
});

test('a backup holds every row, and is proven by id, time and size', async () => {
  await migrate();
  const startedMs = Date.now();
  const proof = proveBackup(await ask('apps/server/src/backup.ts'), { startedMs, nowMs: Date.now(), minimumBytes: 100, runId: 1 });
  if (proof.kind !== 'proven') throw new Error(proof.why);
  const lines = gunzipSync(await readFile(join(folder, `${proof.backup.id}.ndjson.gz`))).toString().split('\n').map((line) => JSON.parse(line) as { table: string; row: Record<string, unknown> });
  expect(lines.filter(({ table }) => table === 'product').map(({ row }) => row['name'])).toEqual(['Kettle', 'Teapot', 'Tea strainer']);
  expect(lines.filter(({ table }) => table === 'migrations')).toHaveLength(3);
});
