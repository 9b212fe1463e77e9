import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { query } from '@vendure-deploy/shared/tools';
import { pack } from '../src/artifact/pack.ts';
import { unpack } from '../src/artifact/unpack.ts';
import { requireCheckout } from '../src/checkout.ts';

let folder = '';
let workspace = '';
let sha = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifact-'));
  workspace = join(folder, 'shop');
  await write('.gitignore', 'dist/\nnode_modules/\n');
  await write('apps/dashboard/wrangler.jsonc', '{}');
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git('-c', 'user.name=t', '-c', 'user.email=t@shop.example', 'commit', '--quiet', '-m', 'shop');
  sha = (await git('rev-parse', 'HEAD')) ?? '';
  await write('apps/dashboard/dist/worker/index.js', `export const sha = "${sha}"`);
  await write('apps/dashboard/dist/assets/.well-known/x.txt', 'hidden');
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const git = async (...args: string[]): Promise<string | null> => query('git', args, workspace);
async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(workspace, path)), { recursive: true });
  await writeFile(join(workspace, path), text);
}
const packed = (paths = ['apps/dashboard/dist', 'apps/dashboard/wrangler.jsonc']) =>
  pack({ workspace, into: join(folder, 'artifact'), paths, wranglerConfig: 'apps/dashboard/wrangler.jsonc', sha, surface: 'dashboard', environment: 'production' });
const unpacked = (change: Partial<Parameters<typeof unpack>[0]> = {}) => unpack({ from: join(folder, 'artifact'), into: join(folder, 'tree'), sha, surface: 'dashboard', ...change });

test('what is unpacked is what was built, hidden files too, and nothing of the checkout', async () => {
  await write('apps/dashboard/.env', 'CLOUDFLARE_API_BASE_URL=https://elsewhere.example');
  await packed();
  const { files } = await unpacked();
  expect(files.map((file) => file.path)).toEqual(['apps/dashboard/dist/assets/.well-known/x.txt', 'apps/dashboard/dist/worker/index.js', 'apps/dashboard/wrangler.jsonc']);
  expect(await readFile(join(folder, 'tree/apps/dashboard/dist/worker/index.js'), 'utf8')).toContain(sha);
  await expect(readFile(join(folder, 'tree/apps/dashboard/.env'))).rejects.toThrow('ENOENT');
});

test('a second build leaves nothing of the first', async () => {
  await packed();
  await rm(join(workspace, 'apps/dashboard/dist/assets'), { recursive: true });
  expect((await packed()).files).toHaveLength(2);
  expect((await unpacked()).files).toHaveLength(2);
});

test.each<[string, (artifact: string) => Promise<unknown> | undefined, Partial<Parameters<typeof unpack>[0]>, string]>([
  ['another commit is wanted', () => undefined, { sha: 'f'.repeat(40) }, 'it was built from'],
  ['another surface is wanted', () => undefined, { surface: 'storefront' }, "it is the dashboard's"],
  ['a content is missing', (artifact) => rm(join(artifact, 'contents'), { recursive: true }), {}, 'is missing'],
  ['the manifest is missing', (artifact) => rm(join(artifact, 'manifest.json')), {}, 'has no manifest.json'],
  ['the manifest is something else', (artifact) => writeFile(join(artifact, 'manifest.json'), '{"files":[]}'), {}, 'is not one of operation build'],
  ['a path leads out', (artifact) => edit(artifact, (text) => text.replace('apps/dashboard/wrangler.jsonc', '../wrangler.jsonc')), {}, 'is not one of operation build'],
  ['a .env file was added', (artifact) => edit(artifact, (text) => text.replace('apps/dashboard/wrangler.jsonc', 'apps/dashboard/.env.local')), {}, 'which wrangler would read'],
])('not usable when %s', async (_, spoil, change, why) => {
  await packed();
  await spoil(join(folder, 'artifact'));
  await expect(unpacked(change)).rejects.toMatchObject({ reasonCode: 'artifact-mismatch', message: expect.stringContaining(why) });
});

test('not usable when a content was changed', async () => {
  const { files } = await packed();
  await writeFile(join(folder, 'artifact/contents', files[1]?.sha256 ?? ''), 'other');
  await expect(unpacked()).rejects.toThrow('apps/dashboard/dist/worker/index.js is not what was built');
});

test.each<[string, () => Promise<unknown>, string[] | undefined, string]>([
  ['a path that the build did not leave', async () => undefined, ['apps/dashboard/dist', 'apps/dashboard/out'], 'the build left no apps/dashboard/out'],
  ['no wrangler configuration', async () => undefined, ['apps/dashboard/dist'], 'does not hold apps/dashboard/wrangler.jsonc'],
  ['a .dev.vars file', () => write('apps/dashboard/dist/.dev.vars', 'X=1'), undefined, 'would hold apps/dashboard/dist/.dev.vars'],
  ['a link', () => symlink('/etc/hostname', join(workspace, 'apps/dashboard/dist/name')), undefined, 'apps/dashboard/dist/name is a link'],
])('not built with %s', async (_, spoil, paths, why) => {
  await spoil();
  await expect(packed(paths)).rejects.toMatchObject({ reasonCode: 'build-failed', message: expect.stringContaining(why) });
});

test.each<[string, () => Promise<unknown>, string | null]>([
  ['ignored files', async () => undefined, null],
  ['an untracked source', () => write('apps/dashboard/src/extra.ts', ''), 'files differ from the commit: ?? apps/dashboard/src/'],
  ['a changed file', () => write('apps/dashboard/wrangler.jsonc', '{ }'), 'files differ from the commit: M apps/dashboard/wrangler.jsonc'],
])('a checkout with %s', async (_, change, why) => {
  await change();
  const checked = requireCheckout(workspace, sha);
  if (why === null) await expect(checked).resolves.toBeUndefined();
  else await expect(checked).rejects.toMatchObject({ reasonCode: 'checkout-mismatch', message: expect.stringContaining(why) });
});

test('a checkout of another commit is named', async () => {
  await expect(requireCheckout(workspace, 'f'.repeat(40))).rejects.toThrow(`the workspace is at ${sha}, not at ffff`);
});

async function edit(artifact: string, change: (text: string) => string): Promise<void> {
  const file = join(artifact, 'manifest.json');
  await writeFile(file, change(await readFile(file, 'utf8')));
}
