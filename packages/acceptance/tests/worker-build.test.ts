import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction, type StartOptions } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding, notesOf } from './stage/ending.ts';
import { type NxShop, openNxShop } from './stage/nx-shop.ts';
import { config, makeHistory, shopFiles } from './stage/worker-world.ts';

// pnpm installs Nx, from a store on this disk.
jest.setTimeout(120_000);

const subject = subjectOf('cf-worker-deploy');

describe("the example shop, with Nx's own cache", () => {
  let shop: NxShop;
  beforeAll(async () => { shop = await openNxShop(); });
  afterAll(async () => shop[Symbol.asyncDispose]());

  test('a package that Nx restored stale is built anew, and the artifact has what belongs into it', async () => {
    const first = await shop.build('first');
    expectEnding(first, subject, { decision: 'done', reasonCode: 'built' });
    expect([notesOf(first), await shop.runs()]).toEqual([[], 1]);

    await shop.poison();
    const second = await shop.build('second');
    expect(second.log).toMatch(/plugin:build.{0,20}local cache/u);
    expectEnding(second, subject, { decision: 'done', reasonCode: 'built' });
    expect(second.log).toContain('::warning::cf-worker-deploy: the build misses @shop/plugin/dist/index.js');
    expect(notesOf(second)).toEqual([{ kind: 'healed', what: "The build missed @shop/plugin/dist/index.js, and succeeded when it was repeated without Nx's cache." }]);
    const bundle = await shop.artifact('apps/dashboard/dist/worker/index.js');
    expect([await shop.runs(), bundle.includes(shop.sha.second), bundle.includes('update-search-index')]).toEqual([2, true, true]);
  });

  test('where the package itself leaves its entry out, the second run is the last', async () => {
    const ran = await shop.build('hopeless');
    expectEnding(ran, subject, { decision: 'failed', reasonCode: 'build-failed' });
    expect(annotations(ran).at(-1)).toContain("The first run of it missed @shop/plugin/dist/index.js, and a rebuild without Nx's cache did not help either.");
    expect([await shop.runs(), notesOf(ran)]).toEqual([2, []]);
  });
});

const STALE = "Error: Cannot find module '@shop/plugin/dist/index.js'";
const isFresh = "process.env.NX_SKIP_NX_CACHE === 'true' && process.env.NX_SKIP_REMOTE_CACHE === 'true'";

/** The shop's `build` says these lines, and ends with that code; each start is counted. */
async function buildOf(says: readonly string[], ends: string, signals: NonNullable<StartOptions['signals']> = []): Promise<{ main: ActionRun; runs: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'build-'));
  try {
    const files = shopFiles({ config: config(), wrangler: '{}', worker: '' });
    const counted = `require('node:fs').appendFileSync(${JSON.stringify(join(directory, 'runs'))}, '.');\n${says.map((line) => `console.error(${JSON.stringify(line)});\n`).join('')}`;
    const { only } = await makeHistory(join(directory, 'shop'), ['only'], () => ({
      ...files,
      'pnpm-workspace.yaml': 'packages: [packages/*]\n',
      'packages/plugin/package.json': '{ "name": "@shop/plugin" }',
      'build.cjs': `${files['build.cjs'] ?? ''}\n${counted}${ends}\n`,
    }));
    const inputs = { operation: 'build', environment: 'production', surface: 'dashboard', sha: only, 'artifact-directory': join(directory, 'artifact') };
    const main = await startAction({ folder: subject.folder, workspace: join(directory, 'shop'), inputs, signals });
    return { main, runs: (await readFile(join(directory, 'runs'), 'utf8')).length };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test.each<[string, readonly string[], string, string, string, number]>([
  // the command                       what it says                                                     how it ends                                decision  reason-code    starts
  ['misses a built module once',       [STALE],                                                         `process.exitCode = ${isFresh} ? 0 : 1;`,  'done',   'built',        2],
  ['misses it each time',              [STALE],                                                         'process.exitCode = 1;',                   'failed', 'build-failed', 2],
  ['talks of one and succeeds',        [STALE],                                                         '',                                        'done',   'built',        1],
  ['misses a package of npm',          ["Error: Cannot find module 'react'"],                           'process.exitCode = 1;',                   'failed', 'build-failed', 1],
  ['misses the output of such',        ["Error: Cannot find module '@vendure/core/dist/x'"],            'process.exitCode = 1;',                   'failed', 'build-failed', 1],
  ['has a type error',                 ["src/a.ts(1,1): error TS2322: Type 'string' is not a number."], 'process.exitCode = 1;',                   'failed', 'build-failed', 1],
  ['is killed with the words',         [STALE],                                                         "process.kill(process.pid, 'SIGKILL');",   'failed', 'build-failed', 1],
  ['said so long before it failed',    [STALE, ...Array.from({ length: 300 }, () => 'x'.repeat(1000))], 'process.exitCode = 1;',                   'failed', 'build-failed', 1],
  ['says it after much else',          [...Array.from({ length: 300 }, () => 'x'.repeat(1000)), STALE], `process.exitCode = ${isFresh} ? 0 : 1;`,  'done',   'built',        2],
])('a build that %s', async (_, says, ends, decision, reasonCode, starts) => {
  const { main, runs } = await buildOf(says, ends);
  expectEnding(main, subject, { decision, reasonCode });
  expect(runs).toBe(starts);
  expect(notesOf(main)).toEqual(starts === 2 && decision === 'done' ? [expect.objectContaining({ kind: 'healed' })] : []);
});

test('a cancel ends the first run, and there is no second', async () => {
  const { main, runs } = await buildOf([STALE], 'process.on("SIGINT", () => process.exit(1)); setInterval(() => {}, 1000);', [{ name: 'SIGINT', when: /│ Error: Cannot find module/u }]);
  expectEnding(main, subject, { decision: 'unknown', reasonCode: 'cancelled' });
  expect(runs).toBe(1);
});
