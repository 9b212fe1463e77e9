import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Database } from './database.ts';
import { literal } from './postgres/connection.ts';

/** As TypeORM has it: a class whose name ends with its timestamp, with `up` and `down`. */
export interface Migration {
  readonly name: string;
  up(run: Query): Promise<void>;
  down(run: Query): Promise<void>;
}
export interface Query {
  query(sql: string): Promise<unknown>;
}

const FOLDER = join(import.meta.dirname, '..', 'migrations');

/** In the order of their timestamps. A folder without migrations is an error: "nothing to do" must not hide a broken image. */
export async function knownMigrations(folder = FOLDER): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((name) => /^\d{13}-.+\.ts$/.test(name)).toSorted();
  if (files.length === 0) throw new Error(`no migration files in ${folder}`);
  return Promise.all(files.map(async (file) => {
    const module = await import(pathToFileURL(join(folder, file)).href) as { default: new () => Migration };
    return new module.default();
  }));
}

export async function pendingMigrations(db: Database): Promise<Migration[]> {
  const applied = new Set(await appliedMigrations(db));
  return (await knownMigrations()).filter((migration) => !applied.has(migration.name));
}

/** One transaction for each migration, so that a failing one leaves those before it applied, and nothing of itself. */
export async function applyMigrations(db: Database, said: (line: string) => void): Promise<string[]> {
  // Two Machines must not migrate at once: the second one waits here and then finds nothing to do.
  await db.query(`SELECT pg_advisory_lock(hashtext('shop-migrations'))`);
  try {
    await db.query('CREATE TABLE IF NOT EXISTS "migrations" ("id" SERIAL PRIMARY KEY, "timestamp" bigint NOT NULL, "name" character varying NOT NULL)');
    const done: string[] = [];
    for (const migration of await pendingMigrations(db)) {
      await db.transaction(async () => {
        await migration.up(db);
        await db.query(`INSERT INTO "migrations" ("timestamp", "name") VALUES (${timestampOf(migration.name)}, ${literal(migration.name)})`);
      });
      said(`Migration ${migration.name} has been executed successfully.`);
      done.push(migration.name);
    }
    return done;
  } finally {
    // A lost connection has lost the lock too; the reason for it is what must be heard.
    await db.query(`SELECT pg_advisory_unlock(hashtext('shop-migrations'))`).catch(() => undefined);
  }
}

export async function appliedMigrations(db: Database): Promise<string[]> {
  const [table] = await db.query(`SELECT to_regclass('migrations') AS "name"`);
  if (table?.['name'] === null) return [];
  return (await db.query('SELECT "name" FROM "migrations" ORDER BY "timestamp"')).map((row) => row['name'] ?? '');
}

function timestampOf(name: string): number {
  const digits = /\d{13}$/.exec(name)?.[0];
  if (digits === undefined) throw new Error(`migration ${name}: the class name must end with its timestamp`);
  return Number(digits);
}
