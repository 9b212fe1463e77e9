import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { workspacePackages } from '@vendure-deploy/shared/diagnosis';

let checkout: string;
beforeEach(async () => { checkout = await mkdtemp(join(tmpdir(), 'workspace-')); });
afterEach(async () => rm(checkout, { recursive: true, force: true }));

const PACKAGES = {
  'package.json': '{ "name": "shop" }',
  'apps/dashboard/package.json': '{ "name": "dashboard" }',
  'packages/plugin/package.json': '{ "name": "@shop/plugin" }',
  'packages/plugin/test/fixture/package.json': '{ "name": "fixture" }',
  'packages/plugin/node_modules/react/package.json': '{ "name": "react" }',
  'packages/old/package.json': '{ "name": "@shop/old" }',
  'packages/broken/package.json': '{ "name": ',
  'packages/nameless/package.json': '{}',
};
const FOUND = [{ name: 'dashboard', directory: 'apps/dashboard' }, { name: '@shop/plugin', directory: 'packages/plugin' }];

test.each<[string, Record<string, string>, unknown]>([
  ['pnpm-workspace.yaml',          { 'pnpm-workspace.yaml': 'packages:\n  - apps/*\n  - packages/**\n  - "!**/test/**"\n  - "!packages/old"\nincludeWorkspaceRoot: true\n' },             FOUND],
  ['the list of package.json',     { 'package.json': '{ "name": "shop", "workspaces": ["./apps/*", "packages/plugin", "."] }' },                                                         FOUND],
  ["Yarn's older shape",           { 'package.json': '{ "name": "shop", "workspaces": { "packages": ["apps/*", "packages/plugin/"] } }' },                                              FOUND],
  ['nobody',                       {},                                                                                                                                              null],
  ['a file that cannot be read',   { 'pnpm-workspace.yaml': 'packages: [', 'package.json': 'not JSON: [' },                                                                         null],
  ['settings of pnpm, and no list', { 'pnpm-workspace.yaml': 'ignoreScripts: true\n' },                                                                                                 null],
])('the packages of a checkout are named by %s', async (_, files, found) => {
  for (const [path, text] of Object.entries({ ...PACKAGES, ...files })) {
    await mkdir(dirname(join(checkout, path)), { recursive: true });
    await writeFile(join(checkout, path), text);
  }
  expect(await workspacePackages(checkout)).toEqual(found);
});
