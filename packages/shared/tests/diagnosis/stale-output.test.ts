import { describe, expect, test } from '@jest/globals';
import { staleOutput, type WorkspacePackage } from '@vendure-deploy/shared/diagnosis';

const WORKSPACE: readonly WorkspacePackage[] = [
  { name: 'dashboard', directory: 'apps/dashboard' },
  { name: '@shop/plugin', directory: 'packages/plugin' },
  { name: 'build', directory: 'packages/build' },
];
const RED = '\u001B[31m';
const PLAIN = '\u001B[0m';

// Each as the tool itself wrote it, with the folders of a GitHub runner.
describe('a built module of the workspace is missing', () => {
  test.each<[string, string, string]>([
    // who said it             its words                                                                                                                         the module
    ['Node, CommonJS',         "Error: Cannot find module '@shop/plugin/dist/rule-engine/shipping.js'\nRequire stack:\n- /home/runner/work/shop/shop/apps/dashboard/main.js", '@shop/plugin/dist/rule-engine/shipping.js'],
    ['Node, by `main`',        `Error: Cannot find module '/w/shop/node_modules/@shop/plugin/dist/index.js'. Please verify that the package.json has a valid "main" entry`, '@shop/plugin/dist/index.js'],
    ['Node, an ES module',     "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/w/shop/packages/plugin/dist/index.js' imported from /w/shop/apps/dashboard/build.js", 'packages/plugin/dist/index.js'],
    ['Node, by a link',        "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/w/shop/apps/dashboard/node_modules/@shop/plugin/dist/index.js' imported from /w/a.js", '@shop/plugin/dist/index.js'],
    ['Node, ESM by `main`',    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '/w/shop/node_modules/@shop/plugin/dist/index.js' imported from /w/shop/a.mjs",       '@shop/plugin/dist/index.js'],
    ['Node, within the output', "Error: Cannot find module './rule-engine/shipping.js'\nRequire stack:\n- /w/shop/packages/plugin/dist/index.js\n- /w/shop/apps/a.js",       'packages/plugin/dist/rule-engine/shipping.js'],
    ['TypeScript',             "src/main.ts(3,24): error TS2307: Cannot find module '@shop/plugin/dist/index' or its corresponding type declarations.",                 '@shop/plugin/dist/index'],
    ['TypeScript, in colours', `${RED}src/a.ts${PLAIN}:1:2 - error TS2307: Cannot find ${RED}module '../../../packages/plugin/build/x'${PLAIN} or its corresponding type declarations.`, 'packages/plugin/build/x'],
    ['Rollup',                 'Could not resolve "../../../packages/plugin/dist/index.js" from "src/main.ts"',                                                          'packages/plugin/dist/index.js'],
    ['Vite',                   '[vite]: Rollup failed to resolve import "@shop/plugin/dist/index.js" from "/w/shop/apps/dashboard/src/main.ts".',                      '@shop/plugin/dist/index.js'],
    ['Vite, of an entry',      'Failed to resolve entry for package "@shop/plugin". The package may have incorrect main/module/exports specified in its package.json.', '@shop/plugin'],
    ['esbuild',                '✘ [ERROR] Could not resolve "@shop/plugin/dist/index.js"\n\n    src/worker.ts:1:28:\n',                                                    '@shop/plugin/dist/index.js'],
    ['esbuild, by `exports`',  '✘ [ERROR] Could not resolve "@shop/plugin"\n\n    src/worker.ts:1:28:\n\n  The module "./dist/index.js" was not found on the file system:\n\n    node_modules/@shop/plugin/package.json:8:15:\n', '@shop/plugin/dist/index.js'],
    ['esbuild, in the output', '✘ [ERROR] Could not resolve "./search-index.js"\n\n    ../../packages/plugin/dist/index.js:1:28:\n',                                       'packages/plugin/dist/search-index.js'],
    ['webpack',                "Module not found: Error: Can't resolve '../../../packages/plugin/dist' in '/w/shop/apps/dashboard/src'",                                'packages/plugin/dist'],
    ['Windows',                String.raw`Error: Cannot find module 'D:\w\shop\packages\plugin\dist\index.js'`,                                                          'packages/plugin/dist/index.js'],
    ['in a log of GitHub',     "2026-01-31T12:00:00.0000000Z   │ Error: Cannot find module '@shop/plugin/dist/index.js'",                                               '@shop/plugin/dist/index.js'],
  ])('%s', (_, text, module) => {
    expect(staleOutput(`before\n${text}\nafter`, WORKSPACE)).toEqual({ module });
  });
});

describe('another failure', () => {
  test.each([
    ['a package of npm',                      "Error: Cannot find module 'react'"],
    ['the output of a package of npm',        "Error: Cannot find module '@vendure/core/dist/x'"],
    ['the same where it is installed',        "Error: Cannot find module '/w/shop/node_modules/@vendure/core/dist/x.js' imported from /w/shop/a.js"],
    ['within the output of a package of npm', "Error: Cannot find module './x'\nRequire stack:\n- /w/shop/node_modules/bar/dist/index.js"],
    ['a package that is not installed',       "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@shop/plugin' imported from /w/shop/a.mjs"],
    ['a source of the workspace',             "src/a.ts(1,1): error TS2307: Cannot find module '@shop/plugin/src/x' or its corresponding type declarations."],
    ['a source by its path',                  'Could not resolve "./missing.ts" from "src/main.ts"'],
    ['a source of a package called build',    "Error: Cannot find module '/w/shop/packages/build/src/x.ts'"],
    ['the name of a package called build',    "Error: Cannot find module 'build/src/x.ts'"],
    ['a checkout below a folder called dist', "Error: Cannot find module '/dist/shop/packages/plugin/src/x.ts'"],
    ['an output of somebody else',            "Error: Cannot find module '/w/other/thing/dist/x.js'"],
    ['nothing but the words',                 "Cannot find module\nCannot find module '\nCould not resolve \"\"\nThe module './dist/index.js' is fine"],
    ['another module that is talked of',      '✓ The module "packages/plugin/dist/index.js" was built'],
    ['a type error',                          "packages/plugin/dist/index.d.ts(1,1): error TS2322: Type 'string' is not assignable to type 'number'."],
  ])('%s', (_, text) => {
    expect(staleOutput(text, WORKSPACE)).toBeNull();
  });
});

describe('of a log whose workspace nobody knows', () => {
  test.each<[string, string, string | null]>([
    ['a scope and an output',  "Error: Cannot find module '@scope/plugins/dist/index.js'",               '@scope/plugins/dist/index.js'],
    ['a path to an output',    "Error: Cannot find module '/w/shop/packages/plugins/dist/index.js'",     '/w/shop/packages/plugins/dist/index.js'],
    ['a relative path',        'Could not resolve "../plugins/build/index.js" from "src/a.ts"',          'plugins/build/index.js'],
    ['no scope',               "Error: Cannot find module 'rxjs/dist/cjs'",                              null],
    ['what all shops are of',  "Error: Cannot find module '@vendure/core/dist/x'",                       null],
    ['within node_modules',    "Error: Cannot find module '/w/shop/node_modules/@scope/a/dist/x.js'",    null],
    ['an entry',               'Failed to resolve entry for package "@scope/plugins". The package may',  null],
  ])('%s', (_, text, module) => {
    expect(staleOutput(text)).toEqual(module === null ? null : { module });
  });
});

test('only the end is looked at, however long the text is', () => {
  const told = "Error: Cannot find module '@shop/plugin/dist/index.js'\n";
  const much = 'x'.repeat(1024).concat('\n').repeat(255);
  expect(staleOutput(told + much, WORKSPACE)).not.toBeNull();
  expect(staleOutput(told + much + much, WORKSPACE)).toBeNull();
});

test.each([
  ["quotes without an end", "Cannot find module '".repeat(500_000)],
  ['one line of places', `Could not resolve "./a"\n${'a:1:1'.repeat(500_000)}`],
  ['colours', '\u001B[1;'.repeat(500_000)],
  ['paths of many parts', `Cannot find module '/${'dist/'.repeat(200)}'\n`.repeat(5_000)],
])('hostile text is read as fast as any: %s', (_, text) => {
  // Bounded by jest's five seconds; each takes milliseconds.
  expect(staleOutput(text, WORKSPACE)).toBeNull();
});
