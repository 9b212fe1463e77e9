/** One ESM bundle, its lazy chunks beside it, all of it minified; and the files that it reads when it runs. */
import { execFile } from 'node:child_process';
import { cp, glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

/** @param folder where ncc starts: it enters the module ids, and the bytes must be reproducible */
export async function bundle(folder: string, entry: string, to: string): Promise<void> {
  await run(process.execPath, [join(root, 'node_modules/@vercel/ncc/dist/ncc/cli.js'), 'build', entry, '-o', to, '--no-cache'], { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  await minify(join(folder, to));
}

/** ncc's own `--minify` leaves the lazy chunks as they are. */
async function minify(bundled: string): Promise<void> {
  for await (const file of glob('*.js', { cwd: bundled })) {
    const path = join(bundled, file);
    // What was CommonJS looks for its files beside itself: in an ES module that has another name.
    const define = { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' };
    const { code } = await transform(await readFile(path, 'utf8'), { format: 'esm', platform: 'node', target: 'node24', minify: true, legalComments: 'none', define });
    await writeFile(path, code);
    // ncc does not see a file whose path is put together when it runs. @see https://github.com/constructive-io/libpg-query-node/issues/138
    if (code.includes(PARSER)) await cp(join(root, 'node_modules/libpg-query/wasm', PARSER), join(bundled, PARSER));
  }
}

const PARSER = 'libpg-query.wasm';
