// The drift audit of the deploy: what the live database has against what this commit expects. Changes nothing.
//   node apps/server/src/drift-audit.ts [--fail-on-drift]
// Ends with 0 (no drift, or not asked to fail), 2 (drift) or 1 (the audit itself broke), and prints one line of JSON last.
import { database, type Database } from './database.ts';
import { appliedMigrations, knownMigrations, type Migration } from './migrations.ts';
import { readSettings } from './settings.ts';

const db = database(readSettings().databaseUrl);
try {
  const known = await knownMigrations();
  const applied = await appliedMigrations(db);
  const pending = known.filter(({ name }) => !applied.includes(name)).map(({ name }) => name);
  const unknown = applied.filter((name) => !known.some((migration) => migration.name === name));
  const differences = [
    ...unknown.map((name) => `the database has migration ${name}, which this commit does not know`),
    ...(await schemaDifferences(db, known.filter(({ name }) => applied.includes(name)))),
  ];
  const drift = differences.length > 0 ? 'irreconcilable' : pending.length > 0 ? 'reconcilable' : 'none';
  console.log(JSON.stringify({ drift, 'pending-migrations': pending, differences }));
  if (drift !== 'none' && process.argv.includes('--fail-on-drift')) process.exitCode = 2;
} catch (error) {
  console.error(`The drift audit failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await db.end().catch(() => undefined);
}

/** Runs the applied migrations once more in a schema of their own, compares, and takes all of it back. */
async function schemaDifferences(db: Database, applied: readonly Migration[]): Promise<string[]> {
  const live = await columnsOf(db, 'public');
  const expected = new Set<string>();
  const takenBack = new Error('taken back');
  await db.transaction(async () => {
    await db.query('CREATE SCHEMA "drift_audit"');
    await db.query('SET LOCAL search_path TO "drift_audit"');
    for (const migration of applied) await migration.up(db);
    for (const column of await columnsOf(db, 'drift_audit')) expected.add(column);
    throw takenBack;
  }).catch((error: unknown) => {
    if (error !== takenBack) throw error;
  });
  return [
    ...[...expected].filter((column) => !live.has(column)).map((column) => `the database lacks ${column}`),
    ...[...live].filter((column) => !expected.has(column)).map((column) => `the database has ${column}, which no migration makes`),
  ].toSorted();
}

/** "table.column type", and whether it may be null. The table of the migrations is nobody's migration. */
async function columnsOf(db: Database, schema: string): Promise<Set<string>> {
  const rows = await db.query(`SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'YES' THEN ' null' ELSE ' not null' END AS "column"
    FROM information_schema.columns WHERE table_schema = '${schema}' AND table_name <> 'migrations'`);
  return new Set(rows.map((row) => row['column'] ?? ''));
}
