import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root, type Shop, shopOf } from './shop.ts';

test('the exit code says whether the configuration is whole, and the screen what to type', async () => {
  await using shop = await shopOf('vendure');
  const first = await typed(shop);
  expect(first.code).toBe(1);
  expect(first.out).toContain("    --set environments.staging.surfaces.vendure.public-url=https://vendure-staging.fly.dev\n");
  const second = await typed(shop, '--set', 'environments.staging.surfaces.vendure.public-url=https://api.shop.example');
  expect(second.code).toBe(0);
  expect(second.out).toMatch(/^ {2}\.github\/deploy\.config\.yml +written anew$[\s\S]*^The configuration is whole\.$[\s\S]*^Next, since only what is committed on main is rehearsed:\n {2}git -C .+ commit -m 'Deploy by the suite'\n {2}.*script\/rehearse deploy-staging --repo /mu);
  const third = await typed(shop, '--json');
  const { complete, files, found, missing } = JSON.parse(third.out) as { complete: boolean; files: { state: string }[]; found: object; missing: object[] };
  expect({ code: third.code, complete, missing, states: files.map(({ state }) => state) }).toEqual({ code: 0, complete: true, missing: [], states: ['unchanged', 'unchanged', 'unchanged', 'unchanged'] });
  expect(found).toMatchObject({ servers: [{ environment: 'staging', app: 'vendure-staging', strategy: 'rolling', releaseCommand: 'node dist/migrate.js' }] });
});

test.each<[what: string, argv: readonly string[], said: RegExp]>([
  ['an option that is none', ['--overwrite'], /^error: unknown option '--overwrite'/u],
  ['a branch instead of a commit', ['--pin', 'main'], /It must be a commit with all 40 digits, or a tag such as v1\./u],
  ['a part that is none', ['--with', 'redis'], /Allowed: prod-preview, preview, wordpress\./u],
  ['a key without a value', ['--set', 'public-url'], /It must be KEY=VALUE, for example environments\.production\./u],
  ['a folder that is no checkout', ['--repo', '/'], /^init: \/ is no git checkout\. Change to the shop's, or name it: {2}--repo DIR\n$/u],
])('%s ends with 2 and a sentence', async (_, argv, said) => {
  await using shop = await shopOf('vendure');
  const { code, err } = await typed(shop, ...argv);
  expect([code, err]).toEqual([2, expect.stringMatching(said)]);
  expect(await shop.written()).toEqual([]);
});

/** As script/init starts it, in the shop's folder. */
function typed(shop: Shop, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--conditions=@vendure-deploy/source', '--disable-warning=ExperimentalWarning', join(root, 'packages/init/src/main.ts'), ...argv], { cwd: shop.directory }, (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }));
  });
}
