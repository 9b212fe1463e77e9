import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type BuildKit, openBuildKit } from '../stage/buildkit.ts';
import { makeNodeBase } from '../stage/node-base.ts';
import { run } from '../stage/process.ts';

jest.setTimeout(300_000);

const root = join(import.meta.dirname, '../../../..');
const NAIVE = 'FROM base\nCOPY . .\nRUN pnpm install --frozen-lockfile\nRUN pnpm -r run build\nCMD ["node", "apps/server/dist/server.js"]\n';
const COPIES = "require('node:fs').cpSync('src','dist',{recursive:true})";
const scripts = { build: `node -e "${COPIES}"` };

/** A server, the package that it uses, and an app that it does not; nothing comes from outside. */
const WORKSPACE: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'shop', private: true }),
  'pnpm-workspace.yaml': 'packages:\n  - apps/*\n  - packages/*\n',
  'packages/plugin/package.json': JSON.stringify({ name: '@shop/plugin', version: '0.0.0', main: 'dist/index.js', scripts }),
  // Bytes that do not shrink: a layer is compressed.
  'packages/plugin/src/index.js': `module.exports = ${JSON.stringify(Array.from({ length: 300_000 }, (_, at) => ((at * 2654435761) >>> 7).toString(36)).join('').slice(0, 300_000))};\n`,
  'apps/server/package.json': JSON.stringify({ name: 'server', version: '0.0.0', private: true, dependencies: { '@shop/plugin': 'workspace:*' }, scripts }),
  'apps/server/src/server.js': "console.log('one', require('@shop/plugin').length);\n",
  'apps/storefront/package.json': JSON.stringify({ name: 'storefront', version: '0.0.0', private: true, scripts }),
  'apps/storefront/src/index.js': '// a storefront\n',
  '.dockerignore': '**/node_modules\n**/dist\n',
};

let buildkit: BuildKit;
let folder: string;
let template: string;

beforeAll(async () => {
  buildkit = await openBuildKit();
  await makeNodeBase(buildkit, 'node-base:local');
  folder = await mkdtemp(join(tmpdir(), 'template-'));
  for (const [path, text] of Object.entries(WORKSPACE)) await write(path, text);
  const { code, stdout, stderr } = await run(process.execPath, [join(root, 'node_modules/pnpm/bin/pnpm.mjs'), '--dir', folder, 'install', '--lockfile-only', '--offline'], { PATH: process.env['PATH'], HOME: folder });
  if (code !== 0) throw new Error(stdout + stderr);
  template = /```Dockerfile\n(.*?)```/s.exec(await readFile(join(root, 'docs/image.md'), 'utf8'))?.[1] ?? '';
});
afterAll(async () => {
  await buildkit[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('the documented template runs, without what the server does not use; a line of the app costs its own layer alone', async () => {
  const before = await build('template', template);
  expect(before.runs).toBe('one 300000\n');
  const naive = await build('naive', NAIVE);
  await write('apps/server/src/server.js', "console.log('two', require('@shop/plugin').length);\n");
  const [after, naiveAfter] = [await build('template', template), await build('naive', NAIVE)];
  expect(after.runs).toBe('two 300000\n');

  const saved = { template: difference(before, after), naive: difference(naive, naiveAfter) };
  // The table of docs/image.md.
  expect(saved.template).toMatchObject({ steps: 12, cachedSteps: 9, newLayers: 1 });
  expect(saved.naive).toMatchObject({ steps: 3, cachedSteps: 0, newLayers: 3 });
  expect(saved.template.newBytes * 1000).toBeLessThan(saved.naive.newBytes);
  expect(after.log).not.toMatch(/storefront/);
});

interface Build {
  readonly log: string;
  readonly runs: string;
  readonly layers: readonly { digest: string; size: number }[];
}

async function build(name: string, dockerfile: string): Promise<Build> {
  await writeFile(join(folder, `${name}.Dockerfile`), dockerfile);
  const layout = join(folder, '..', `${name}-${Date.now()}.layout`);
  const args = ['buildx', 'build', '--progress=plain', '--provenance=false', '--network=none', '--build-context', 'base=docker-image://node-base:local', '--file', join(folder, `${name}.Dockerfile`), folder];
  const built = await buildkit.docker(...args, '--tag', `${name}:local`, '--load');
  if (built.code !== 0) throw new Error(built.stderr.slice(-3000)); // the reason stands last
  await buildkit.docker(...args, '--output', `type=oci,dest=${layout},tar=false`);
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as { manifests: { digest: string }[] };
  const manifest = JSON.parse(await readFile(join(layout, 'blobs/sha256', index.manifests[0]?.digest.slice('sha256:'.length) ?? ''), 'utf8')) as { layers: Build['layers'] };
  await rm(layout, { recursive: true });
  const ran = await buildkit.docker('run', '--rm', '--network=none', `${name}:local`);
  if (ran.code !== 0) throw new Error(ran.stderr.slice(-3000));
  return { log: built.stderr, runs: ran.stdout, layers: manifest.layers };
}

function difference(before: Build, after: Build): { steps: number; cachedSteps: number; layers: number; newLayers: number; newBytes: number } {
  const known = new Set(before.layers.map(({ digest }) => digest));
  const added = after.layers.filter(({ digest }) => !known.has(digest));
  const steps = new Set([...after.log.matchAll(/^#(\d+) \[(?!internal|context)/gm)].map(([, id]) => id));
  const cached = new Set([...after.log.matchAll(/^#(\d+) CACHED$/gm)].map(([, id]) => id).filter((id) => steps.has(id)));
  return { steps: steps.size, cachedSteps: cached.size, layers: after.layers.length, newLayers: added.length, newBytes: added.reduce((sum, { size }) => sum + size, 0) };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
