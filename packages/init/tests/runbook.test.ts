import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DeployConfig, loadConfig } from '@vendure-deploy/shared/config';
import { CONFIG } from '../src/init.ts';
import { bareShop, root, type Shop } from './shop.ts';

/**
 * A larger shop, with files as its own configuration names them: the Dashboard in the server's folder, a Redis with a fly.toml of its own, a
 * Dockerfile of another name, wrangler.toml beside wrangler.jsonc, and no variable that says where the API is.
 */
const theirs = await loadConfig(join(root, 'examples/ritsubi/.github/deploy.config.yml'));
const ENVIRONMENTS = ['production', 'staging'] as const;
const KEYS = {
  vendure: ['app', 'fly-config', 'image-repository', 'dockerfile', 'context', 'process-groups', 'public-url', 'health-path', 'version-path', 'graphql-path', 'migrations'],
  dashboard: ['worker', 'directory', 'wrangler-config', 'wrangler-environment', 'account-id', 'public-url', 'version-path', 'install', 'build', 'artifact'],
  storefront: ['worker', 'directory', 'wrangler-config', 'wrangler-environment', 'account-id', 'public-url', 'version-path', 'install', 'build', 'artifact'],
} as const;

let shop: Shop;
let made: DeployConfig;
beforeAll(async () => {
  shop = await bareShop(filesOf(theirs));
  const { missing } = await shop.init();
  expect(missing.map(({ key }) => key)).toEqual(ENVIRONMENTS.map((name) => `environments.${name}.surfaces.vendure.public-url`));
  await shop.init({ sets: ENVIRONMENTS.map((name) => `environments.${name}.surfaces.vendure.public-url=${surfaces(theirs, name).vendure?.['public-url'] ?? ''}`) });
  made = await loadConfig(join(shop.directory, CONFIG));
});
afterAll(async () => shop[Symbol.asyncDispose]());

test.each(ENVIRONMENTS.flatMap((name) => (['vendure', 'dashboard', 'storefront'] as const).map((surface) => [surface, name] as const)))('the %s of %s is found as the shop has configured it', (surface, name) => {
  expect(of(made, name, surface)).toEqual(of(theirs, name, surface));
});

function of(config: DeployConfig, name: string, surface: keyof typeof KEYS): object {
  const own: object = surfaces(config, name)[surface] ?? {};
  return Object.fromEntries(KEYS[surface].map((key) => [key, Reflect.get(own, key) as unknown]));
}

function surfaces({ environments }: DeployConfig, name: string): DeployConfig['environments'][string]['surfaces'] {
  return environments[name]?.surfaces ?? {};
}

/** The files that this configuration names, each with what a checkout would say of it. */
function filesOf(config: DeployConfig): Record<string, string> {
  const files: Record<string, string> = { 'pnpm-lock.yaml': '', 'pnpm-workspace.yaml': '', 'nx.json': '{}', 'package.json': '{ "name": "root" }' };
  for (const name of ENVIRONMENTS) {
    const { vendure, dashboard, storefront } = surfaces(config, name);
    if (vendure === undefined || dashboard === undefined || storefront === undefined) throw new Error('It has all three.');
    const processes = vendure['process-groups'].map((group) => `${group} = "node ${group}.js"`).join('\n');
    files[vendure['fly-config']] = `app = "${vendure.app}"\n[build]\ndockerfile = "${vendure.dockerfile.split('/').at(-1) ?? ''}"\n[deploy]\nrelease_command = "node migrate.js"\n[processes]\n${processes}\n[http_service]\ninternal_port = 3000\n[[http_service.checks]]\npath = "${vendure['health-path']}"\n`;
    files[vendure.dockerfile] = 'FROM node:24\nCOPY pnpm-lock.yaml ./\n';
    if (vendure.redis !== undefined) files[vendure.redis['fly-config']] = `app = "${vendure.redis.app}"\n`;
    files[(vendure.migrations ?? '').replace('*', '1757000000000-first')] = '';
    files[`${dashboard.directory}/package.json`] = JSON.stringify({ name: packageOf(dashboard.install), scripts: { build: 'x', 'dashboard:build': 'x' }, dependencies: { '@vendure/core': '3.7.3' } });
    files[`${storefront.directory}/package.json`] = JSON.stringify({ name: packageOf(storefront.install), scripts: { build: 'x' } });
  }
  const named = (surface: 'dashboard' | 'storefront') => ENVIRONMENTS.flatMap((name) => surfaces(config, name)[surface] ?? []);
  const [dashboard] = named('dashboard');
  const [storefront] = named('storefront');
  files[dashboard?.['wrangler-config'] ?? ''] = `{\n  // The Dashboard\n  "name": "${dashboard?.worker ?? ''}", "account_id": "${dashboard?.['account-id'] ?? ''}",\n  "assets": { "directory": "./dist/dashboard" },\n  "env": { ${named('dashboard').map((worker) => `"${worker['wrangler-environment'] ?? ''}": { "name": "${worker.worker}", "routes": [{ "pattern": "${new URL(worker['public-url']).host}", "custom_domain": true }] }`).join(', ')} },\n}\n`;
  files[storefront?.['wrangler-config'] ?? ''] = `name = "${storefront?.worker ?? ''}"\naccount_id = "${storefront?.['account-id'] ?? ''}"\nmain = "dist/server/index.js"\n${named('storefront').map((worker) => `[env.${worker['wrangler-environment'] ?? ''}]\nname = "${worker.worker}"\nroute = "${new URL(worker['public-url']).host}/*"\n`).join('')}`;
  return files;
}

function packageOf(install: readonly string[]): string {
  return install.at(-1)?.replace(/\.\.\.$/u, '') ?? '';
}
