import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CONFIG, type Outcome } from '../src/init.ts';
import { type Shop, shopOf } from './shop.ts';

const URL = 'environments.staging.surfaces.vendure.public-url=https://vendure.staging.shop.example';
const CALLER = '.github/workflows/deploy-staging.yml';
const WHOLE = { sets: [URL] };

const stateOf = ({ files }: Outcome, path: string): string | undefined => files.find((file) => file.path === path)?.state;

test('a dry run shows all that would be written, and writes nothing', async () => {
  await using shop = await shopOf('vendure');
  const { files, missing } = await shop.init({ ...WHOLE, dryRun: true });
  expect(missing).toEqual([]);
  expect(files.map(({ state }) => state)).toEqual(['new', 'new', 'new', 'new']);
  expect(files[0]?.diff).toMatch(/^--- \/dev\/null\n\+\+\+ \.github\/deploy\.config\.yml\n@@ -0,0 \+1,\d+ @@\n\+# What the suite deploys[\s\S]+\n\+ {8}public-url: https:\/\/vendure\.staging\.shop\.example\n/u);
  expect(await shop.git('status', '--porcelain')).toBe('');
});

test('a configuration that a person has changed is kept, the rest is written, and what differs is shown', async () => {
  await using shop = await shopOf('vendure');
  await shop.init(WHOLE);
  await edit(shop, CONFIG, 'process-groups: [app, worker]', 'process-groups: [app]');
  await rm(join(shop.directory, CALLER));
  const { files, missing, fault } = await shop.init();
  expect(files.map(({ path, state }) => [path, state])).toEqual([[CONFIG, 'kept'], [CALLER, 'new'], ['.github/workflows/verify.yml', 'unchanged'], ['.github/workflows/deploy-lock.yml', 'unchanged']]);
  expect(files[0]?.diff).toMatch(/^- *process-groups: \[app\]\n\+ *process-groups: \[app, worker\]$/mu);
  expect({ missing, fault }).toEqual({ missing: [], fault: '' });
  expect(await shop.read(CONFIG)).toContain('process-groups: [app]');

  // What was asked for and not written is no success.
  const asked = await shop.init({ sets: ['environments.staging.surfaces.vendure.strategy=canary'] });
  expect(asked.fault).toMatch(/^What --set and --with say was not written/u);
  expect(stateOf(await shop.init({ force: true }), CONFIG)).toBe('updated');
  expect(await shop.read(CONFIG)).toContain('process-groups: [app, worker]');
});

test('what a person has typed by hand, remarks that they took away or added, and another promise than the usual are no difference', async () => {
  await using shop = await shopOf('vendure');
  await shop.init();
  await edit(shop, CONFIG, '# public-url: https://vendure-staging.fly.dev #', 'public-url: https://api.shop.example #');
  await shop.write(CONFIG, (await shop.read(CONFIG)).replaceAll(/^ *# .*# optional: .*\n/gmu, ''));
  await edit(shop, CONFIG, 'sla-seconds: 900 #', 'sla-seconds: 1200 # ours, not');
  await edit(shop, CONFIG, 'process-groups: [app, worker]', 'process-groups:\n          - app\n          - worker');
  const before = await shop.read(CONFIG);
  const { files, missing } = await shop.init();
  expect([files[0]?.state, missing]).toEqual(['unchanged', []]);
  expect(await shop.read(CONFIG)).toBe(before);
});

test('keys that only a person knows outlive a file that is written anew', async () => {
  await using shop = await shopOf('vendure');
  await shop.init(WHOLE);
  await edit(shop, CONFIG, 'process-groups: [app, worker]', 'process-groups: [app]');
  const more = `${await shop.read(CONFIG)}    lock: { repository: shop/operations }\ntools: { flyctl: { version: 0.4.87 } }\n`;
  await shop.write(CONFIG, more);
  expect(stateOf(await shop.init({ force: true }), CONFIG)).toBe('updated');
  expect(await shop.read(CONFIG)).toMatch(/^ {8}process-groups: \[app, worker\]$[\s\S]*^ {4}lock: \{repository: shop\/operations\}$[\s\S]*^tools: \{flyctl: \{version: 0\.4\.87\}\}$/mu);
});

test.each<[what: string, text: string, fault: RegExp]>([
  ['no YAML', 'schema-version: 1\nenvironments: [\n', /deploy\.config\.yml:\d+:\d+: /u],
  ['not whole', 'schema-version: 1\nenvironments: { staging: { sla-seconds: 60, surfaces: {} } }\n', /deploy\.config\.yml:2:\d+: environments\.staging\.default-branch-only is missing/u],
])('a configuration that is %s is kept, and said with its line', async (_, text, said) => {
  await using shop = await shopOf('vendure', { [CONFIG]: text });
  const { files, fault } = await shop.init();
  expect(files[0]?.state).toBe('kept');
  expect(fault).toMatch(said);
  expect(await shop.read(CONFIG)).toBe(text);
});

test('the ref of the suite is changed by --pin, stays without it, and a caller that was changed otherwise is kept', async () => {
  await using shop = await shopOf('vendure');
  await shop.init(WHOLE);
  expect(await shop.read(CALLER)).toContain('/deploy-staging.yml@v1\n');
  const pin = '0123456789abcdef0123456789abcdef01234567';
  expect(stateOf(await shop.init({ pin }), CALLER)).toBe('updated');
  expect(await shop.read(CALLER)).toContain(`/deploy-staging.yml@${pin}\n`);
  expect(stateOf(await shop.init(), CALLER)).toBe('unchanged');
  await edit(shop, CALLER, 'name: Deploy staging', 'name: Ship it');
  const kept = await shop.init({ pin: 'v2' });
  expect([stateOf(kept, CALLER), stateOf(kept, '.github/workflows/verify.yml')]).toEqual(['kept', 'updated']);
  expect(await shop.read(CALLER)).toContain('name: Ship it');
});

test.each(['.github', '.github/workflows', CONFIG, CALLER])('%s that is a link out of the checkout is refused, and nothing is written', async (path) => {
  await using shop = await shopOf('vendure');
  const outside = await mkdtemp(join(tmpdir(), 'outside-'));
  try {
    await mkdir(join(shop.directory, path, '..'), { recursive: true });
    await symlink(path.endsWith('.yml') ? join(outside, 'file.yml') : outside, join(shop.directory, path));
    await expect(shop.init(WHOLE)).rejects.toThrow(`${path} is a link that leads out of the checkout: nothing was written.`);
    expect(await readdir(outside)).toEqual([]);
    expect((await shop.git('status', '--porcelain', '--untracked-files=all')).trim()).toBe(`?? ${path}`);
  } finally {
    await rm(outside, { recursive: true });
  }
});

test('a file that a link leads out of the checkout to is not read', async () => {
  await using shop = await shopOf('vendure');
  const outside = await mkdtemp(join(tmpdir(), 'outside-'));
  try {
    await writeFile(join(outside, 'secret.toml'), 'app = "not-of-this-shop"\n[processes]\nsecret = "x"\n');
    await symlink(join(outside, 'secret.toml'), join(shop.directory, 'fly.toml'));
    const { found } = await shop.init(WHOLE);
    expect(found.servers.map(({ file }) => file)).toEqual(['fly.staging.toml']);
    expect(found.notes).toContain('fly.toml is a link that leads out of the checkout: it was not read.');
    expect(JSON.stringify(found)).not.toContain('not-of-this-shop');
  } finally {
    await rm(outside, { recursive: true });
  }
});

test('a branch that has what main has not is named, since a rehearsal takes main', async () => {
  await using shop = await shopOf('vendure');
  const commit = async (): Promise<void> => {
    await shop.git('add', '.');
    await shop.git('commit', '--quiet', '-m', 'Deploy by the suite');
  };
  await shop.git('switch', '--quiet', '--create', 'adopt');
  expect((await shop.init(WHOLE)).uncommitted).toHaveLength(4);
  await commit();
  expect(await shop.init()).toMatchObject({ uncommitted: [], branch: 'adopt' });
  await shop.git('branch', '--force', 'main', 'adopt');
  expect(await shop.init()).toMatchObject({ uncommitted: [], branch: null });
  await shop.git('branch', '--delete', '--force', 'main');
  expect(await shop.init()).toMatchObject({ branch: null });
});

async function edit(shop: Shop, path: string, from: string, to: string): Promise<void> {
  const text = await shop.read(path);
  expect(text).toContain(from);
  await shop.write(path, text.replace(from, to));
}
