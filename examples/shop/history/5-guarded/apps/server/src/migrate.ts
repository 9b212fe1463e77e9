// The release command: brings the schema to what this image needs, or fails and changes nothing more.
import { database } from './database.ts';
import { applyMigrations } from './migrations.ts';
import { readSettings } from './settings.ts';

// As a hardening plugin does: a shop that serves without it is worse than a release that does not begin.
if (process.env['VENDURE_HARDEN_PLUGIN_ENABLED'] !== 'true') throw new Error("VENDURE_HARDEN_PLUGIN_ENABLED must be 'true'");

const db = database(readSettings().databaseUrl);
try {
  const done = await applyMigrations(db, (line) => console.log(line));
  console.log(done.length === 0 ? 'No migrations are pending.' : `${done.length} migration${done.length === 1 ? '' : 's'} applied: ${done.join(', ')}`);
} catch (error) {
  console.error(`Migration failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await db.end().catch(() => undefined);
}
