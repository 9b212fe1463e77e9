// The backup before a deploy: every table, as of one moment, in a compressed file of BACKUP_DIRECTORY. A real shop calls its own tool here (pg_dump,
// a snapshot of its database host); what counts for the deploy is the last line: {"id", "taken-at", "bytes"}.
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { database, type Database } from './database.ts';
import { readSettings } from './settings.ts';

const folder = process.env['BACKUP_DIRECTORY'] ?? join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'backups');
const db = database(readSettings().databaseUrl);
try {
  const takenAt = new Date().toISOString();
  const lines = await db.transaction(() => rowsOf(db));
  const id = `shop-${takenAt.replaceAll(/[^0-9]/g, '')}`;
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${id}.ndjson.gz`);
  await writeFile(file, gzipSync(lines.join('\n')), { flag: 'wx' });
  console.log(JSON.stringify({ id, 'taken-at': takenAt, bytes: (await stat(file)).size }));
} catch (error) {
  console.error(`The backup failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await db.end().catch(() => undefined);
}

/** One JSON document per row, with its table. */
async function rowsOf(db: Database): Promise<string[]> {
  // All tables as they were at the first read: a backup of two moments is none.
  await db.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const tables = await db.query(`SELECT table_name AS "name" FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`);
  const lines: string[] = [];
  for (const { name } of tables) {
    const rows = await db.query(`SELECT json_build_object('table', '${name}', 'row', row_to_json("each"))::text AS "line" FROM "${name}" AS "each"`);
    lines.push(...rows.map(({ line }) => line ?? ''));
  }
  return lines;
}
