import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { bundle } from '../../../script/bundle.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

// An action imports the scan when there is a migration to read; `script/build` bundles it as here.
const ENTRY = `
const read = async (sql) => {
  const { scanMigrations } = await import('./scan/index.js');
  const source = sql === '' ? '' : 'export class A1700000000001 { async up(queryRunner) { await queryRunner.query(\`' + sql + '\`); } async down() {} }';
  const { findings, unread } = await scanMigrations({ target: [{ path: 'a.ts', source }], history: [], tree: { read: async () => ({ kind: 'missing' }), named: async () => [] } });
  return { findings: findings.map(({ rule, subject }) => rule + ' ' + subject), unread };
};
const [sql] = process.argv.slice(2);
console.log(JSON.stringify(sql === undefined ? 'nothing to read' : await read(sql)));
`;

test('in a bundle that lies alone, SQL and PL/pgSQL are read, and the parsers are loaded for them only', async () => {
  const folder = await mkdtemp(join(root, '.cache/bundle-'));
  const alone = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    await run(process.execPath, [join(root, 'node_modules/typescript7/bin/tsc'), '-p', join(root, 'packages/migration-scan/tsconfig.build.json'), '--outDir', join(folder, 'scan')], { cwd: root });
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'main.js'), ENTRY);
    await bundle(folder, 'main.js', 'bundle');
    await mkdir(join(alone, 'dist'));
    await cp(join(folder, 'bundle'), join(alone, 'dist'), { recursive: true });
    const ask = async (...args: string[]): Promise<unknown> => JSON.parse((await run(process.execPath, [join(alone, 'dist/index.js'), ...args], { cwd: alone })).stdout);
    expect(await ask('DO $$ BEGIN ALTER TABLE a DROP COLUMN b; END $$; DROP TABLE c')).toEqual({ findings: ['column-dropped a.b', 'table-dropped c', 'no-lock-timeout lock_timeout'], unread: [] });
    // Without the parsers' files: what does not need them still works, and what does says so.
    for (const file of await readdir(join(alone, 'dist'))) if (file.endsWith('.wasm')) await rm(join(alone, 'dist', file));
    expect(await ask('')).toEqual({ findings: [], unread: [] });
    await expect(ask('DROP TABLE c')).rejects.toThrow(/libpg-query\.wasm/u);
    for (const file of await readdir(join(alone, 'dist'))) if (/^\d+\.index\.js$/u.test(file)) await rm(join(alone, 'dist', file));
    expect(await ask()).toBe('nothing to read');
  } finally {
    await rm(folder, { recursive: true });
    await rm(alone, { recursive: true });
  }
});
