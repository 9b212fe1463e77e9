import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Log } from '@vendure-deploy/shared/action';
import type { BuiltPackage } from '@vendure-deploy/shared/config';
import { pluginOutput } from '../src/checks/plugin-output.ts';
import { lookAt } from '../src/plugin-output/look.ts';

const log: Log = { info: () => {}, warning: () => {}, error: () => {}, notice: () => {}, debug: () => {}, group: async (_title, work) => work() };
const WANTED: BuiltPackage = { directory: 'packages/plugin', sources: ['src/**/*.ts', 'package.json'], output: ['dist/**/*.js'], 'source-hash': 'dist/source.sha256', 'imported-by': ['apps/server/**/*.{ts,js}'] };
// The line of docs/shop-contract.md: coreutils alone.
const HASH = "find src package.json -type f | LC_ALL=C sort | xargs sha256sum | sha256sum > dist/source.sha256";
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plugin-output-'));
  await write({
    'packages/plugin/package.json': '{ "name": "@shop/plugin", "type": "module", "exports": { ".": { "types": "./src/index.ts", "default": "./dist/index.js" }, "./dist/*": "./dist/*" } }',
    'packages/plugin/src/index.ts': "export { rule } from './rules/rule.ts';\n",
    'packages/plugin/src/rules/rule.ts': 'export const rule = 1;\n',
    'packages/plugin/dist/index.js': "export { rule } from './rules/rule.js';\n",
    'packages/plugin/dist/rules/rule.js': "export const rule = 1;\nconst late = () => import('node:fs');\n",
    'apps/server/main.ts': "import { rule } from '@shop/plugin';\nimport { rule as deep } from '@shop/plugin/dist/rules/rule.js';\nimport type { Other } from '@shop/plugin/types';\nimport express from 'express';\n",
  });
  hash();
});
afterEach(() => rm(root, { recursive: true, force: true }));

const faults = async (wanted: Partial<BuiltPackage> = {}): Promise<readonly string[]> => (await lookAt(root, { ...WANTED, ...wanted })).faults;

test("an output of its sources, as the shop's build and coreutils leave it, is good; a time of a file says nothing", async () => {
  expect(await faults()).toEqual([]);
  await write({ 'packages/plugin/src/index.ts': "export { rule } from './rules/rule.ts';\n" });
  expect(await faults()).toEqual([]);
});

test.each<[string, Readonly<Record<string, string | null>>, string | RegExp]>([
  ['a source that changed', { 'packages/plugin/src/index.ts': '// another\n' }, /^the output of packages\/plugin was built from other sources \([0-9a-f]{12} in dist\/source\.sha256, and they are [0-9a-f]{12}\)$/],
  ['a source that came', { 'packages/plugin/src/new.ts': '' }, /was built from other sources/],
  ['a source that moved', { 'packages/plugin/src/rules/rule.ts': null, 'packages/plugin/src/rule.ts': 'export const rule = 1;\n' }, /was built from other sources/],
  ['no hash', { 'packages/plugin/dist/source.sha256': null }, 'the build left no hash of its sources in packages/plugin/dist/source.sha256'],
  ['a hash that is none', { 'packages/plugin/dist/source.sha256': 'yes\n' }, /left no hash/],
  ['a module that the output imports', { 'packages/plugin/dist/rules/rule.js': null, 'packages/plugin/dist/more.js': '', 'apps/server/main.ts': '' }, 'packages/plugin/dist/index.js imports ./rules/rule.js, which is not there'],
  ['a module that the server imports', { 'apps/server/main.ts': "import '@shop/plugin/dist/rule-engine/shipping.js';\n" }, 'apps/server/main.ts imports @shop/plugin/dist/rule-engine/shipping.js, which is not there'],
  ['a module that is required', { 'apps/server/main.js': "const shipping = require('@shop/plugin/dist/gone.js');\n" }, 'apps/server/main.js imports @shop/plugin/dist/gone.js, which is not there'],
  ['a module that is imported late', { 'apps/server/main.ts': "await import('@shop/plugin/dist/late.js');\n" }, 'apps/server/main.ts imports @shop/plugin/dist/late.js, which is not there'],
  ['a module that the package does not export', { 'apps/server/main.ts': "import '@shop/plugin/lib/x.js';\n" }, 'apps/server/main.ts imports @shop/plugin/lib/x.js, which is not there'],
  ['an output that is no module', { 'packages/plugin/dist/index.js': 'export {' }, 'packages/plugin/dist/index.js is no module that can be read'],
])('%s is named', async (_, files, expected) => {
  await write(files);
  expect(await faults()).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
});

test('a package without `exports` is looked up as Node does', async () => {
  await write({ 'packages/plugin/package.json': '{ "name": "@shop/plugin", "main": "dist/index" }', 'apps/server/main.ts': "import '@shop/plugin'; import '@shop/plugin/dist/rules/rule'; import '@shop/plugin/dist/gone';\n" });
  hash();
  expect(await faults()).toEqual(['apps/server/main.ts imports @shop/plugin/dist/gone, which is not there']);
});

test('a link out of the tree is no source, and what is in node_modules is nobody\'s', async () => {
  await symlink('/etc/hostname', join(root, 'packages/plugin/src/hostname.ts'));
  await write({ 'packages/plugin/src/node_modules/x/index.ts': 'export {};' });
  expect(await faults()).toEqual([]);
});

test('sources that are not there are a fault of the configuration, which no repair mends', async () => {
  await expect(faults({ sources: ['lib/**/*.ts'] })).rejects.toThrow('names the sources lib/**/*.ts in packages/plugin, and there is none');
});

const BUILD = ['bash', '-ec', `cd packages/plugin; echo built >> ../../times; mkdir -p dist/rules; echo "export { rule } from './rules/rule.js';" > dist/index.js; echo 'export const rule = 1;' > dist/rules/rule.js; ${HASH}`];
const asked = (repair: readonly (readonly string[])[], isFresh = false) => pluginOutput({ packages: [WANTED], repair, stage: { workspace: root, signal: new AbortController().signal, log }, isFresh });
const times = (): string => execFileSync('bash', ['-c', 'cat times 2>/dev/null || true'], { cwd: root, encoding: 'utf8' });

test('what is good is not repaired', async () => {
  expect(await asked([BUILD])).toMatchObject({ status: 'ok' });
  expect(times()).toBe('');
});

test('a stale output is repaired once by the real command, looked at again, and that is said', async () => {
  await write({ 'packages/plugin/src/index.ts': '// another\n' });
  expect(await asked([['bash', '-c', 'echo reset >> times'], BUILD])).toMatchObject({ status: 'warning', evidence: expect.stringMatching(/was built from other sources .*; `commands\.repair` mended it$/), notes: [{ kind: 'healed', what: 'The built output of packages/plugin was not that of its sources, and `commands.repair` mended it.' }] });
  expect(times()).toBe('reset\nbuilt\n');
});

test('an output that is gone is repaired with a warning where others work, and built without one in a checkout of a moment ago', async () => {
  const gone = (): Promise<void> => rm(join(root, 'packages/plugin/dist'), { recursive: true });
  await gone();
  expect(await asked([BUILD])).toMatchObject({ status: 'warning', evidence: expect.stringContaining('packages/plugin has no output') });
  await gone();
  const built = await asked([BUILD], true);
  expect(built).toMatchObject({ status: 'ok', evidence: expect.stringContaining('was built by `commands.repair`') });
  expect(built.notes).toBeUndefined();
});

test.each<[string, readonly (readonly string[])[], string]>([
  ['a repair that does nothing, and says that it is done', [['true']], '`commands.repair` did not mend it'],
  ['a repair that cannot be started', [['no-such-program']], '`commands.repair` did not mend it'],
  ['no repair', [], 'was built from other sources'],
])('%s: failed', async (_, repair, evidence) => {
  await write({ 'packages/plugin/src/index.ts': '// another\n' });
  expect(await asked(repair)).toMatchObject({ status: 'failed', evidence: expect.stringContaining(evidence) });
});

test('a repair sees no secret of ours', async () => {
  process.env['FLY_API_TOKEN'] = 'secret';
  await write({ 'packages/plugin/src/index.ts': '// another\n' });
  await asked([['bash', '-c', 'env > times'], BUILD]);
  delete process.env['FLY_API_TOKEN'];
  expect(times()).not.toContain('FLY_API_TOKEN');
});

function hash(): void {
  execFileSync('bash', ['-ec', HASH], { cwd: join(root, 'packages/plugin') });
}

async function write(files: Readonly<Record<string, string | null>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await (text === null ? rm(file) : writeFile(file, text));
  }
}
