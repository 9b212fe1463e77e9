import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { DeployConfig } from '@vendure-deploy/shared/config';
import { parse } from 'yaml';
import { adapt, pinOf } from '../src/callers/adapt.ts';
import { type CallerOf, lanesOf, type SurfaceName } from '../src/callers/lanes.ts';
import { root } from './shop.ts';

const folder = join(root, 'examples/shop/.github/workflows');
const example = (file: string): string => readFileSync(join(folder, file), 'utf8');

interface Workflow {
  readonly on: { readonly workflow_dispatch: { readonly inputs: Readonly<Record<string, { readonly options?: readonly string[]; readonly default?: unknown }>> } };
  readonly jobs: Readonly<Record<string, { readonly with: Readonly<Record<string, unknown>> }>>;
}

const SURFACES: readonly (readonly SurfaceName[])[] = [['vendure'], ['vendure', 'dashboard'], ['vendure', 'storefront'], ['vendure', 'dashboard', 'storefront']];
const CASES = readdirSync(folder).flatMap((file) => SURFACES.map((surfaces) => [file, surfaces] as const));

test.each(CASES)('%s for a shop of %j passes on each input of its form, and says of no surface that the shop does not have', (file, surfaces) => {
  const text = adapt(example(file), callerOf(file, surfaces, ['production']), 'v1');
  const { on, jobs } = parse(text) as Workflow;
  const [given] = Object.values(jobs).map((job) => job.with);
  const inputs = Object.keys(on.workflow_dispatch.inputs);
  expect(Object.values(given ?? {}).flatMap((value) => /^\$\{\{ inputs\.(\w+) \}\}$/u.exec(String(value))?.[1] ?? [])).toEqual(inputs);
  for (const surface of ['dashboard', 'storefront'] as const) {
    if (surfaces.includes(surface) || given?.[surface] === undefined) continue;
    expect([inputs.includes(surface), given[surface]]).toEqual([false, false]);
  }
  expect(inputs.includes('dashboard_blocking')).toBe(surfaces.includes('dashboard') && example(file).includes('dashboard_blocking:'));
  expect(inputs.includes('gradual')).toBe(surfaces.includes('storefront') && example(file).includes('gradual:'));
  const { environment } = on.workflow_dispatch.inputs;
  if (environment !== undefined) expect([environment.options, environment.default]).toEqual([['production'], 'production']);
});

test('for a shop that has it all, every caller is that of the example', () => {
  for (const file of readdirSync(folder)) expect(adapt(example(file), callerOf(file, ['vendure', 'dashboard', 'storefront', 'wordpress'], ['staging', 'production', 'prod-preview']), 'v1')).toBe(example(file));
});

test('the ref of the suite stands in the call, and nowhere else', () => {
  const pin = '0123456789abcdef0123456789abcdef01234567';
  const text = adapt(example('verify.yml'), callerOf('verify.yml', ['vendure'], ['staging']), pin);
  expect([pinOf(text), pinOf('uses: actions/checkout@v6')]).toEqual([pin, null]);
  expect(text.split(pin)).toHaveLength(2);
});

const worker = {};
const ALWAYS = ['verify.yml', 'deploy-lock.yml'];
test.each<[what: string, environments: Readonly<Record<string, Readonly<Record<string, object>>>>, hasNx: boolean, files: readonly string[]]>([
  ['a server in staging', { staging: { vendure: {} } }, false, ['deploy-staging.yml', ...ALWAYS]],
  ['a server in production', { production: { vendure: {} } }, true, ['deploy-production.yml', 'fast-deploy-production.yml', ...ALWAYS, 'nx-cache-bust.yml']],
  ['a Dashboard', { staging: { vendure: {}, dashboard: worker } }, false, ['deploy-staging.yml', 'setup-cloudflare.yml', ...ALWAYS]],
  ['a Storefront with previews', { staging: { vendure: {}, storefront: { preview: {} } } }, false, ['deploy-staging.yml', 'deploy-storefront.yml', 'preview-storefront.yml', 'setup-cloudflare.yml', ...ALWAYS]],
  ['a hidden lane', { production: { vendure: {}, storefront: worker }, 'prod-preview': { storefront: worker } }, false, ['deploy-production.yml', 'fast-deploy-production.yml', 'deploy-storefront.yml', 'deploy-prod-preview.yml', 'setup-cloudflare.yml', ...ALWAYS]],
  ['a WordPress plugin', { staging: { vendure: {}, wordpress: {} } }, false, ['deploy-staging.yml', ...ALWAYS, 'wp-deploy-vps.yml']],
])('%s has the lanes that it can use', (_, environments, hasNx, files) => {
  const config = { environments: Object.fromEntries(Object.entries(environments).map(([name, surfaces]) => [name, { surfaces }])) } as unknown as DeployConfig;
  expect(lanesOf(config, hasNx).map(({ file }) => file)).toEqual(files);
});

test('an environment is offered only where the lane has something to do in it', () => {
  const config = { environments: { production: { surfaces: { vendure: {}, storefront: {} } }, staging: { surfaces: { vendure: {} } } } } as unknown as DeployConfig;
  expect(lanesOf(config, false).map(({ file, environments, surfaces }) => [file, environments, [...surfaces]])).toEqual([
    ['deploy-staging.yml', ['staging'], ['vendure']],
    ['deploy-production.yml', ['production'], ['vendure', 'storefront']],
    ['fast-deploy-production.yml', ['production'], ['vendure', 'storefront']],
    ['deploy-storefront.yml', ['production'], ['vendure', 'storefront']],
    ['setup-cloudflare.yml', ['production'], ['vendure', 'storefront']],
    ['verify.yml', ['production', 'staging'], ['vendure', 'storefront']],
    ['deploy-lock.yml', ['production', 'staging'], ['vendure', 'storefront']],
  ]);
});

function callerOf(file: string, surfaces: readonly SurfaceName[], environments: readonly string[]): CallerOf {
  return { file, environments, surfaces: new Set(surfaces) };
}
