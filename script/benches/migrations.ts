import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrationsIn } from '../../packages/migration-scan/src/index.ts';
import { bundle } from '../bundle.ts';
import { installed } from '../conformance-tools.ts';
import { migrationOf } from './migration-shapes.ts';
import { type Command, type Ran, timed, weighed } from './process-tree.ts';
import { type Bench, type Figures, median, rowOf } from './row.ts';

const root = join(import.meta.dirname, '../..');
const RUNS = 5;
const EVERY_MS = 5;
/** The part of them that ran before, and is only replayed. */
const HISTORY = 0.2;

/**
 * The scan, bundled as an action bundles it, over generated migrations, beside squawk over the SQL that the scan extracts from them; whole processes, in turns. Aims: 300 migrations at most 1.5 s
 * and 250 MB, one at most 0.4 s.
 */
export const migrations: Bench = {
  about: 'the migration scan over 300 and over 1 generated migrations, beside squawk on the same SQL',
  run: async ({ show, note }) => {
    await mkdir(join(root, '.cache'), { recursive: true });
    const folder = await mkdtemp(join(root, '.cache/bench-migrations-'));
    try {
      const scan = await built(folder);
      const squawk = await installed('squawk', note);
      if ('missing' in squawk) note(`peer missing: ${squawk.missing}`);
      for (const count of [300, 1]) {
        const older = Math.floor(count * HISTORY);
        const { sources, sql } = await generated(folder, count, older);
        const our: Command = { command: process.execPath, args: [scan, sources, String(older)], cwd: folder };
        const peer: Command | null = 'missing' in squawk ? null : { command: squawk.path, args: (await readdir(sql)).map((file) => join(sql, file)), cwd: folder };
        const [ours, theirs] = await inTurns(our, peer);
        const said = JSON.parse(ours.said) as { migrations: number; findings: number; breaking: number };
        if (said.migrations !== count) throw new Error(`bench: the scan read ${said.migrations} of ${count} migrations`);
        show(rowOf(`scan of ${count} migration${count === 1 ? '' : 's'}, the whole process`, ours, theirs === null ? null : { name: 'squawk', ...theirs }), `${said.findings} findings, ${said.breaking} of them break the old code`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const ENTRY = `
import { readdirSync, readFileSync } from 'node:fs';
const [folder, older] = process.argv.slice(2);
const { scanMigrations } = await import('./scan/index.js');
const files = readdirSync(folder).sort().map((path) => ({ path, source: readFileSync(folder + '/' + path) }));
const { migrations, findings, unread } = await scanMigrations({ target: files.slice(Number(older)), history: files.slice(0, Number(older)), tree: { read: async () => ({ kind: 'missing' }), named: async () => [] } });
if (unread.length > 0) throw new Error(JSON.stringify(unread));
console.log(JSON.stringify({ migrations: Number(older) + migrations.length, findings: findings.length, breaking: findings.filter(({ kind }) => kind === 'breaks-old-code').length }));
`;

/** @returns the bundle */
async function built(folder: string): Promise<string> {
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', join(root, 'packages/migration-scan/tsconfig.build.json'), '--outDir', join(folder, 'scan')], { cwd: root });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'main.js'), ENTRY);
  await bundle(folder, 'main.js', 'bundle');
  return join(folder, 'bundle/index.js');
}

/** The same migrations every time; of each the SQL beside it. */
async function generated(folder: string, count: number, tables: number): Promise<{ sources: string; sql: string }> {
  const [sources, sql] = [join(folder, `sources-${count}`), join(folder, `sql-${count}`)];
  await mkdir(sources);
  await mkdir(sql);
  for (let index = 0; index < count; index += 1) {
    const file = { path: `${1700000000000 + index}.ts`, source: migrationOf(index, tables) };
    await writeFile(join(sources, file.path), file.source);
    await writeFile(join(sql, `${1700000000000 + index}.sql`), (migrationsIn(file) ?? []).map(({ sends }) => `${sends};\n`).join(''));
  }
  return { sources, sql };
}

async function inTurns(our: Command, peer: Command | null): Promise<[Figures & { said: string }, Figures | null]> {
  const seconds: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  let said = '';
  for (let run = 0; run < RUNS; run += 1) {
    // squawk ends with 1 when it has findings.
    if (peer !== null) seconds.peer.push((await timed(peer)).seconds);
    const ran = succeeded(await timed(our));
    seconds.ours.push(ran.seconds);
    said = ran.output;
  }
  const ours = { seconds: median(seconds.ours), 'rss-mb': (await weighed(our, EVERY_MS)).peakMb, said };
  return [ours, peer === null ? null : { seconds: median(seconds.peer), 'rss-mb': (await weighed(peer, EVERY_MS)).peakMb }];
}

function succeeded(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(`bench: the scan ended with ${String(ran.code)}:\n${ran.said}`);
  return ran;
}
