/**
 * Builds the actions whose sources changed: tsc to build/, then ncc and esbuild to dist/ (one ESM bundle each, its lazy chunks beside it, all of it
 * minified, with licences).
 * `dist/sources.sha256` names what a bundle was built from; an action whose hash still fits is left alone.
 * `--check` builds everything anew in place and leaves the comparison with the commit to the caller; `--all` builds everything.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, glob, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { holdBuildLock } from './build-lock.ts';
import { bundle } from './bundle.ts';
import { licences } from './licences.ts';
import { copyPureToolkit } from './pure-toolkit.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
/** What actions import. */
const CORES = ['packages/shared', 'packages/migration-scan'];
const everything = process.argv.includes('--all') || process.argv.includes('--check');

await using _lock = await holdBuildLock(join(root, 'node_modules/.build-lock'));
const actions = (await readdir(join(root, 'actions'))).sort();
const stale: string[] = [];
const hashes = new Map<string, string>();
for (const action of actions) {
  const hash = await sourcesOf(action);
  hashes.set(action, hash);
  if (everything || (await recorded(action)) !== hash) stale.push(action);
}
if (stale.length > 0) {
  for (const core of CORES) await compile(core);
  await copyPureToolkit(root);
  await inPairs(stale, build);
}

async function build(action: string): Promise<void> {
  const started = performance.now();
  const folder = join(root, 'actions', action);
  await compile(`actions/${action}`);
  await bundle(folder, 'build/main.js', 'build/bundle');
  await writeFile(join(folder, 'build/bundle/licenses.txt'), `${(await licences(folder)).trim()}\n`);
  await writeFile(join(folder, 'build/bundle/sources.sha256'), `${hashes.get(action) ?? ''}\n`);
  // Whole or not at all: a rehearsal beside us starts the old bundle or the new one.
  await rename(join(folder, 'dist'), join(folder, 'build/before')).catch(() => undefined);
  await rename(join(folder, 'build/bundle'), join(folder, 'dist'));
  console.error(`build: ${action} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

async function compile(folder: string): Promise<void> {
  await rm(join(root, folder, 'build'), { recursive: true, force: true });
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  await run(process.execPath, [compiler, '-p', join(root, folder, 'tsconfig.build.json')], { cwd: root, maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: { stdout?: string }) => {
      throw new Error(`build: ${folder} does not compile\n${error.stdout ?? ''}`);
    },
  );
  // tsc leaves JSON data that is imported with an attribute where it was.
  for await (const file of glob('src/**/*.json', { cwd: join(root, folder) })) {
    await cp(join(root, folder, file), join(root, folder, 'build', relative('src', file)));
  }
}

/** Hash of everything that decides an action's bundle: its sources, those of the packages that it imports, the lock file, the compiler's options, this script. */
async function sourcesOf(action: string): Promise<string> {
  const cores = await coresOf(action);
  const files = [
    ...(await list(`actions/${action}/src/**/*.{ts,json}`)),
    ...(await Promise.all(cores.map((core) => list(`${core}/src/**/*.{ts,json}`)))).flat(),
    ...[`actions/${action}`, ...cores].flatMap((folder) => [`${folder}/package.json`, `${folder}/tsconfig.build.json`]),
    'package-lock.json',
    'tsconfig.base.json',
    'script/build.ts',
    'script/bundle.ts',
    'script/licences.ts',
    'script/pure-toolkit.ts',
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(await readFile(join(root, file))).update('\0');
  return hash.digest('hex');
}

async function coresOf(action: string): Promise<string[]> {
  const { dependencies = {} } = JSON.parse(await readFile(join(root, 'actions', action, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> };
  return CORES.filter((core) => Object.hasOwn(dependencies, `@vendure-deploy/${basename(core)}`));
}

async function list(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(pattern, { cwd: root })) found.push(file);
  return found.sort();
}

async function recorded(action: string): Promise<string | null> {
  return readFile(join(root, 'actions', action, 'dist', 'sources.sha256'), 'utf8').then((text) => text.trim(), () => null);
}

/** Two at a time: a bundle takes one core and about 0.6 GB. */
async function inPairs(items: readonly string[], work: (item: string) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all([worker(), worker()]);
}
