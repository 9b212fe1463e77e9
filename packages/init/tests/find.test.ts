import { expect, test } from '@jest/globals';
import type { Checkout } from '../src/checkout.ts';
import { type Chosen, find, type Found } from '../src/find/index.ts';
import { contextOf, dockerfileOf } from '../src/find/dockerfile.ts';
import { findMigrations } from '../src/find/migrations.ts';
import { findPackageManager } from '../src/find/packages.ts';
import { buildOf, installOf } from '../src/propose/commands.ts';
import { propose, render } from '../src/propose/index.ts';

type Files = Readonly<Record<string, string>>;

const SERVER: Files = { 'fly.toml': 'app = "shop"\n[http_service]\ninternal_port = 3000\n', Dockerfile: 'FROM scratch\n', 'package.json': '{ "name": "shop", "scripts": { "build": "tsc" } }' };

function checkoutOf(files: Files): Checkout {
  return { root: '/shop', files: Object.keys(files).sort(), repository: null, defaultBranch: null, leftOut: [], read: async (path) => files[path] ?? null, uncommitted: async () => [], branchBeforeMain: async () => null };
}

function found(files: Files, chosen: Chosen = { fly: {}, wrangler: {} }): Promise<Found> {
  return find(checkoutOf(files), chosen);
}

test.each<[what: string, files: Files, sentence: RegExp]>([
  ['a fly.toml that is no TOML', { ...SERVER, 'fly.toml': 'app = "shop"\n[processes\n' }, /^fly\.toml:2:\d+: this is no TOML: .+\. Mend it, and start script\/init again\.$/u],
  ['a wrangler.jsonc that is no JSON', { ...SERVER, 'apps/web/wrangler.jsonc': '{\n  // The Storefront\n  "name": storefront,\n}\n' }, /^apps\/web\/wrangler\.jsonc:3:11: this is no JSON: InvalidSymbol\./u],
  ['a wrangler.toml that is no TOML', { ...SERVER, 'apps/web/wrangler.toml': 'name = "storefront"\nname = "again"\n' }, /^apps\/web\/wrangler\.toml:2:\d+: this is no TOML: /u],
  ['a wrangler.json that wrangler would refuse', { ...SERVER, 'apps/web/wrangler.json': '{ "name": "storefront", "env": [1] }' }, /^apps\/web\/wrangler\.json is not as wrangler wants it at env: /u],
  ['a package.json that is no JSON', { ...SERVER, 'package.json': '{\n"name" "shop" }' }, /^package\.json:2:8: this is no JSON: ColonExpected\./u],
  ['no fly.toml', { 'package.json': '{}' }, /^\/shop has no fly\.toml\. Make one where the server's Dockerfile is \(`fly launch --no-deploy`/u],
  ['two that could be the server', { 'a/fly.toml': 'app = "a"', 'b/fly.toml': 'app = "b"' }, /^several files could be the server's Fly configuration: a\/fly\.toml, b\/fly\.toml\. Say which: {2}--set environments\.staging\.surfaces\.vendure\.fly-config=a\/fly\.toml$/u],
])('%s is said in one sentence', async (_, files, sentence) => {
  await expect(found(files)).rejects.toThrow(sentence);
});

test.each<[what: string, files: Files, environments: readonly (readonly [string, string])[]]>([
  ['fly.toml is production', SERVER, [['production', 'fly.toml']]],
  ['one called after staging is staging', { ...SERVER, 'fly.toml': 'app = "shop-staging"' }, [['staging', 'fly.toml']]],
  ['the one that names it beats fly.toml', { ...SERVER, 'fly.production.toml': 'app = "shop-production"', 'fly.stage.toml': 'app = "shop-stage"' }, [['production', 'fly.production.toml'], ['staging', 'fly.stage.toml']]],
  ['another name is no environment', { ...SERVER, 'fly.review.toml': 'app = "review"' }, [['production', 'fly.toml']]],
  ["a Redis's is not the server's", { ...SERVER, 'apps/redis/fly.toml': 'app = "redis"', 'apps/redis/Dockerfile': '' }, [['production', 'fly.toml']]],
  ['what depends on Vendure is the server', { 'a/fly.toml': '[http_service]', 'b/fly.toml': '[http_service]', 'b/package.json': '{ "dependencies": { "@vendure/core": "3.7.3" } }' }, [['production', 'b/fly.toml']]],
])('%s', async (_, files, environments) => {
  const { servers } = await found(files);
  expect(servers.map(({ environment, file }) => [environment, file])).toEqual(environments);
});

test('the file that a person names is taken, and those that are not used are told', async () => {
  const { servers, notes } = await found({ 'a/fly.toml': 'app = "a"', 'b/fly.toml': 'app = "b"' }, { fly: { staging: 'b/fly.toml' }, wrangler: {} });
  expect(servers.map(({ environment, app }) => [environment, app])).toEqual([['staging', 'b']]);
  expect(notes).toEqual([expect.stringMatching(/^a\/fly\.toml was not used/u)]);
});

test.each<[fly: string, health: RegExp]>([
  ['[[http_service.checks]]\npath = "/health/ready"', /^ +health-path: \/health\/ready$/mu],
  ['[[services]]\n[[services.http_checks]]\npath = "/ready"', /^ +health-path: \/ready$/mu],
  ['[checks.alive]\ntype = "http"\npath = "/up"', /^ +health-path: \/up$/mu],
  // Vendure's own answers 200 with the database away.
  ['[[http_service.checks]]\npath = "/health"', /^ +health-path: \/health\/ready # fly\.toml should ask for it, too: its \/health is no readiness$/mu],
  ['primary_region = "fra"', /^ +health-path: \/health\/ready # fly\.toml should ask for it, too: it has no check by HTTP$/mu],
])('the health path of %j', async (fly, health) => {
  expect(render(propose(await found({ ...SERVER, 'fly.toml': `app = "shop"\n${fly}\n` }), { extras: new Set(), given: () => undefined }))).toMatch(health);
});

test('what a file of the shop says stays on its line of the configuration', async () => {
  const text = render(propose(await found({ ...SERVER, 'fly.toml': 'app = "shop"\n[deploy]\nstrategy = """bluegreen\nenvironments: {}"""\n[processes]\n"app\\n  evil: 1" = "x"\n' }), { extras: new Set(), given: () => undefined }));
  expect(text).toMatch(/^ +fly-config: fly\.toml # \[deploy\] strategy = "bluegreen environments: \{\}"$/mu);
  expect(text).toMatch(/^ +process-groups: \["app\\n {2}evil: 1"\]$/mu);
});

test.each<[named: string | undefined, files: readonly string[], dockerfile: string | null]>([
  [undefined, ['apps/server/Dockerfile', 'Dockerfile'], 'apps/server/Dockerfile'],
  ['Dockerfile.fly', ['apps/server/Dockerfile', 'apps/server/Dockerfile.fly'], 'apps/server/Dockerfile.fly'],
  ['docker/server.Dockerfile', ['docker/server.Dockerfile'], 'docker/server.Dockerfile'],
  [undefined, ['apps/server/Dockerfile.fly'], 'apps/server/Dockerfile.fly'],
  [undefined, ['Dockerfile'], 'Dockerfile'],
  [undefined, ['apps/web/Dockerfile'], null],
])('[build] dockerfile %s of apps/server among %j is %s', (named, files, dockerfile) => {
  expect(dockerfileOf('apps/server', named, files)).toBe(dockerfile);
});

test.each<[copy: string, context: string]>([
  ['COPY apps/server/package.json apps/server/\nCOPY --from=build /shop/dist dist', '.'],
  ['COPY --chown=node package.json ./\nCOPY \\\n  src src', 'apps/server'],
  ['COPY ["src", "src"]', 'apps/server'],
  ['COPY . .', '.'],
])('%j is copied from %s', async (copy, context) => {
  expect(await contextOf('apps/server/Dockerfile', checkoutOf({ 'apps/server/Dockerfile': `FROM node:24\n${copy}\n`, 'apps/server/package.json': '{}', 'apps/server/src/index.ts': '' }))).toBe(context);
});

test.each<[files: readonly string[], migrations: string | null]>([
  [['apps/other/migrations/1757000000000-a.ts', 'apps/server/src/migrations/1757000000001-b.ts'], 'apps/server/src/migrations/*.ts'],
  [['database/migrations/1757000000000-a.js'], 'database/migrations/*.js'],
  [['apps/server/src/migrations/index.ts', 'apps/server/src/1757000000000-a.ts'], null],
])('the migrations among %j are %s', (files, migrations) => {
  expect(findMigrations('apps/server', files)).toBe(migrations);
});

const WORKSPACE = '{ "name": "shop", "workspaces": ["apps/*"] }';
test.each<[manager: string, files: Files, install: string, build: string]>([
  ['pnpm and Nx', { 'pnpm-lock.yaml': '', 'pnpm-workspace.yaml': '', 'package.json': '{}', 'apps/web/package.json': '{}', 'nx.json': '{}' }, 'pnpm install --frozen-lockfile --filter web...', 'pnpm exec nx run web:build'],
  ['pnpm', { 'pnpm-lock.yaml': '', 'pnpm-workspace.yaml': '', 'package.json': '{}', 'apps/web/package.json': '{}' }, 'pnpm install --frozen-lockfile --filter web...', 'pnpm --filter web run build'],
  ['pnpm without a workspace', { 'pnpm-lock.yaml': '', 'package.json': '{}' }, 'pnpm install --frozen-lockfile', 'pnpm --dir apps/web run build'],
  ['npm', { 'package-lock.json': '', 'package.json': WORKSPACE }, 'npm ci --workspace web --include-workspace-root', 'npm run build --workspace web'],
  ['npm and Nx', { 'package-lock.json': '', 'package.json': WORKSPACE, 'nx.json': '{}' }, 'npm ci --workspace web --include-workspace-root', 'npx nx run web:build'],
  ['npm without a workspace', { 'package-lock.json': '', 'package.json': '{}' }, 'npm ci --prefix apps/web', 'npm run build --prefix apps/web'],
  ['yarn', { 'yarn.lock': '', 'package.json': WORKSPACE }, 'yarn install --frozen-lockfile', 'yarn workspace web run build'],
  ['a modern yarn', { 'yarn.lock': '', 'package.json': '{ "packageManager": "yarn@4.9.1", "workspaces": ["apps/*"] }' }, 'yarn install --immutable', 'yarn workspace web run build'],
])('%s installs and builds one package', async (_, files, install, build) => {
  const packages = await findPackageManager(checkoutOf(files));
  const worker = { packageName: 'web', directory: 'apps/web', buildScript: 'build' };
  expect([installOf(packages, worker).join(' '), buildOf(packages, worker)?.join(' ')]).toEqual([install, build]);
});

const STOREFRONT = '{ "name": "ec-storefront", "main": "./dist/index.js", "routes": ["www.shop.example/*"], }';
test.each<[what: string, files: Files, workers: readonly (readonly [string, string, string | null])[], notes: readonly RegExp[]]>([
  ['by their names', { 'a/wrangler.jsonc': STOREFRONT, 'b/wrangler.toml': 'name = "vendure-dashboard"\nmain = "dist/worker.js"\n', 'b/package.json': '{ "name": "b", "scripts": { "build": "x" } }' }, [['storefront', 'a/wrangler.jsonc', 'build'], ['dashboard', 'b/wrangler.toml', 'build']], []],
  ['by their folders', { 'apps/admin/wrangler.json': '{ "name": "x" }', 'apps/storefront/wrangler.json': '{ "name": "y" }' }, [['dashboard', 'apps/admin/wrangler.json', 'build'], ['storefront', 'apps/storefront/wrangler.json', 'build']], []],
  ["the Dashboard in the server's folder, by a script of its own", { 'wrangler.jsonc': '{ "name": "shop-dashboard" }', 'package.json': '{ "name": "shop", "scripts": { "build": "tsc", "build:dashboard": "vite build" } }' }, [['dashboard', 'wrangler.jsonc', 'build:dashboard']], []],
  ['neither', { 'apps/mailer/wrangler.json': '{ "name": "mailer" }' }, [], [/^apps\/mailer\/wrangler\.json was not used: neither its name nor its folder says .*--set environments\.staging\.surfaces\.storefront\.wrangler-config=apps\/mailer\/wrangler\.json$/u]],
  ['two Storefronts', { 'a/wrangler.json': STOREFRONT, 'b/wrangler.json': STOREFRONT }, [['storefront', 'a/wrangler.json', 'build']], [/^b\/wrangler\.json was not used: a\/wrangler\.json is the storefront already\./u]],
])('Workers: %s', async (_, files, workers, notes) => {
  const read = await found({ ...SERVER, ...files });
  expect(read.workers.map(({ surface, file, buildScript }) => [surface, file, buildScript])).toEqual(workers);
  expect(read.notes).toEqual(notes.map((note) => expect.stringMatching(note)));
});

test('a Worker that a person names is that surface, and only that', async () => {
  const files = { ...SERVER, 'a/wrangler.json': STOREFRONT, 'b/wrangler.json': STOREFRONT };
  const { workers } = await found(files, { fly: {}, wrangler: { storefront: 'b/wrangler.json' } });
  expect(workers.map(({ file }) => file)).toEqual(['b/wrangler.json']);
  await expect(found(files, { fly: {}, wrangler: { dashboard: 'c/wrangler.json' } })).rejects.toThrow('dashboard.wrangler-config is "c/wrangler.json", and this checkout has no such wrangler configuration. It has: a/wrangler.json, b/wrangler.json.');
});
