// The drift audit of the deploy: what the live database has against what this commit expects, by TypeORM's own schema builder. Changes nothing.
// Ends with 0 (no drift, or not asked to fail), 2 (drift) or 1 (the audit itself broke), and prints one line of JSON last.
import { preBootstrapConfig } from '@vendure/core';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { config } from './vendure-config';

async function audit() {
  const { dbConnectionOptions } = await preBootstrapConfig(config);
  const database = await new DataSource({ ...dbConnectionOptions, logging: false } as DataSourceOptions).initialize();
  try {
    const [table] = await database.query(`SELECT to_regclass('migrations') AS "name"`);
    const applied: string[] = table.name === null ? [] : (await database.query('SELECT "name" FROM "migrations"')).map((row: { name: string }) => row.name);
    const known = database.migrations.map(({ name, constructor }) => name ?? constructor.name);
    const pending = known.filter((name) => !applied.includes(name));
    const unknown = applied.filter((name) => !known.includes(name)).map((name) => `the database has migration ${name}, which this commit does not know`);
    // What a pending migration will change cannot be told from drift before it has run, and to run it here would lock the tables: the next audit looks.
    const schema = pending.length > 0 ? [] : (await database.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => `the schema needs ${query}`);
    const differences = [...unknown, ...schema];
    return { drift: differences.length > 0 ? 'irreconcilable' : pending.length > 0 ? 'reconcilable' : 'none', 'pending-migrations': pending, differences };
  } finally {
    await database.destroy();
  }
}

audit().then(
  (found) => {
    console.log(JSON.stringify(found));
    if (found.drift !== 'none' && process.argv.includes('--fail-on-drift')) process.exitCode = 2;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
