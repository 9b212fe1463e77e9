import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadConfig } from '@vendure-deploy/shared/config';
import { CONFIG } from '../src/init.ts';
import { root, type Shop, shopOf } from './shop.ts';

/** What the example has by hand and no file of it says: secrets, commands, checks of its own, and how it wishes to be deployed. */
const BY_HAND = ['plugin-output', 'commands', 'secrets', 'verify', 'resources', 'gradual', 'smoke-paths', 'preview', 'compatibility'];

test.each(['production', 'staging'])("of the example shop's %s everything is found that its own configuration says", async (environment) => {
  await using shop = await shopOf('shop');
  const { missing, fault } = await shop.init();
  expect({ missing, fault }).toEqual({ missing: [], fault: '' });
  const [found, theirs] = [await loaded(shop), await loadConfig(join(root, 'examples/shop/.github/deploy.config.yml'))];
  const { wordpress: _, ...surfaces } = essential(theirs.environments[environment]?.surfaces ?? {});
  expect(essential(found.environments[environment]?.surfaces ?? {})).toEqual(surfaces);
  expect(found.environments[environment]).toMatchObject({ 'default-branch-only': environment === 'production', ...(environment === 'production' ? { 'promote-from': 'staging' } : {}) });
  expect(Object.keys(found.environments)).toEqual(['production', 'staging']);
});

test('what no file says is listed, key by key, with an example that the schema takes; --set gives it', async () => {
  await using shop = await shopOf('shop');
  for (const surface of ['dashboard', 'storefront']) {
    const file = `apps/${surface}/wrangler.jsonc`;
    await shop.write(file, (await shop.read(file)).replaceAll(/^ {2}"account_id": .*\n/gmu, '').replaceAll(/"vars": \{[^}]*\},/gu, '').replaceAll(/"routes": \[.*\],/gu, ''));
  }
  const { missing } = await shop.init();
  const keys = ['production', 'staging'].flatMap((environment) => ['vendure.public-url', 'dashboard.account-id', 'dashboard.public-url', 'storefront.account-id', 'storefront.public-url'].map((key) => `environments.${environment}.surfaces.${key}`));
  expect(missing.map(({ key }) => key)).toEqual(keys);
  await expect(loaded(shop)).rejects.toThrow(/environments\.production\.surfaces\.vendure\.public-url is missing/u);
  expect(await shop.read(CONFIG)).toMatch(/^ {8}# account-id: 0123456789abcdef0123456789abcdef # to type: .*wrangler whoami/mu);

  // In two goes: what is typed first is in the file, and need not be typed again.
  const [first, ...rest] = missing.map(({ key, example }) => `${key}=${String(example)}`);
  expect((await shop.init({ sets: [first ?? ''] })).missing.map(({ key }) => key)).toEqual(keys.slice(1));
  expect((await shop.init({ sets: rest })).missing).toEqual([]);
  expect((await loaded(shop)).environments['production']?.surfaces.vendure?.['public-url']).toBe('https://shop-production.fly.dev');
  expect((await shop.init()).files.map(({ state }) => state)).toEqual(Array.from({ length: 9 }, () => 'unchanged'));
});

test('a Vendure without Workers gets the lanes of a server alone, and no input of what it does not have', async () => {
  await using shop = await shopOf('vendure');
  const first = await shop.init();
  expect(first.missing.map(({ key, example }) => [key, example])).toEqual([['environments.staging.surfaces.vendure.public-url', 'https://vendure-staging.fly.dev']]);
  expect(await shop.written()).toEqual(['deploy.config.yml', 'workflows/deploy-lock.yml', 'workflows/deploy-staging.yml', 'workflows/verify.yml']);
  expect(first.lanes).toEqual(['deploy-staging', 'verify', 'deploy-lock']);
  // The names are those that its sources read.
  expect(await shop.read(CONFIG)).toMatch(/^ {8}# secrets: \{source: inputs, names: \[COOKIE_SECRET, DATABASE_URL, JOBS_TOKEN, SUPERADMIN_PASSWORD\]\} # optional/mu);

  await shop.init({ sets: ['environments.staging.surfaces.vendure.public-url=https://vendure.staging.shop.example', 'environments.staging.surfaces.vendure.secrets={source: inputs, names: [DATABASE_URL]}'] });
  const theirs = await loadConfig(join(root, 'examples/vendure/.github/deploy.config.yml'));
  expect(essential((await loaded(shop)).environments['staging']?.surfaces ?? {})).toEqual(essential(theirs.environments['staging']?.surfaces ?? {}));
  expect((await loaded(shop)).environments['staging']?.surfaces.vendure?.secrets).toEqual({ source: 'inputs', names: ['DATABASE_URL'] });
});

test('the hidden lane, previews and the WordPress plugin come when they are asked for, and stay', async () => {
  await using shop = await shopOf('shop');
  expect((await shop.init()).offers).toHaveLength(3);
  const { missing, offers } = await shop.init({ extras: ['prod-preview', 'preview', 'wordpress'], sets: ['environments.prod-preview.surfaces.storefront.public-url=https://www-preview.shop.example'] });
  expect(offers).toEqual([]);
  expect(missing.filter(({ key }) => key.includes('prod-preview')).map(({ key }) => key)).toEqual(['dashboard.public-url', 'dashboard.route', 'dashboard.access', 'storefront.access'].map((key) => `environments.prod-preview.surfaces.${key}`));
  expect(missing.filter(({ key }) => key.startsWith('environments.staging.surfaces.wordpress.'))).toHaveLength(7);
  expect(await shop.written()).toEqual((await theirCallers()).concat('deploy.config.yml').sort());
  const again = await shop.init();
  expect(again.files.map(({ state }) => state)).toEqual(Array.from({ length: 12 }, () => 'unchanged'));
  expect(again.missing).toEqual(missing);

  const done = await shop.init({ sets: missing.map(({ key, example }) => `${key}=${typeof example === 'string' ? example : JSON.stringify(example)}`) });
  expect(done.missing).toEqual([]);
  const { environments } = await loaded(shop);
  expect(environments['prod-preview']?.surfaces.storefront?.route).toEqual({ zone: 'shop.example', pattern: 'www-preview.shop.example/*' });
  expect(environments['staging']?.surfaces.storefront?.preview).toEqual({ worker: 'shop-storefront-pr', 'wrangler-environment': 'preview' });
  // A shop that has it all calls what the example calls.
  for (const file of await theirCallers()) expect(await shop.read(`.github/${file}`)).toBe(await callerOfTheExample(file));
});

test('the values of --set are taken by their kind, and what does not fit is said with its key before anything is written', async () => {
  await using shop = await shopOf('vendure');
  const url = 'environments.staging.surfaces.vendure.public-url=https://api.shop.example';
  await expect(shop.init({ sets: [url, 'environments.staging.surfaces.vendure.halth-path=/ready'] })).rejects.toThrow(/Nothing was written\.\n\.github\/deploy\.config\.yml:\d+:9: unknown key environments\.staging\.surfaces\.vendure\.halth-path\. Did you mean health-path\?$/u);
  await expect(shop.init({ sets: ['environments.production.sla-seconds=60'] })).rejects.toThrow(/there is no environment "production"\. There are: staging\./u);
  await expect(shop.init({ sets: ['environments.staging.surfaces.vendure.fly-config=fly.toml'] })).rejects.toThrow('fly-config is "fly.toml", and this checkout has no such Fly configuration. It has: fly.staging.toml.');
  expect(await shop.written()).toEqual([]);
  await shop.init({ sets: [url, 'environments.staging.sla-seconds=60', 'environments.staging.default-branch-only=true', 'environments.staging.surfaces.vendure.strategy=canary', 'environments.staging.surfaces.vendure.verify.jobs-path=/deploy/jobs'] });
  expect((await loaded(shop)).environments['staging']).toMatchObject({ 'sla-seconds': 60, 'default-branch-only': true, surfaces: { vendure: { strategy: 'canary', verify: { 'jobs-path': '/deploy/jobs' } } } });
});

function loaded(shop: Shop): ReturnType<typeof loadConfig> {
  return loadConfig(join(shop.directory, CONFIG));
}

function essential(surfaces: object): Record<string, object> {
  return Object.fromEntries(Object.entries(surfaces).map(([surface, keys]: [string, object]) => [surface, Object.fromEntries(Object.entries(keys).filter(([key]) => !BY_HAND.includes(key)))]));
}

async function theirCallers(): Promise<string[]> {
  return (await readdir(join(root, 'examples/shop/.github/workflows'))).map((file) => `workflows/${file}`).sort();
}

function callerOfTheExample(file: string): Promise<string> {
  return readFile(join(root, 'examples/shop/.github', file), 'utf8');
}
