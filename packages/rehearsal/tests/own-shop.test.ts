import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { accountOf, commandVariablesOf, environmentOf, readShopConfig, secretsOf, surfacesOf, zonesOf } from '../src/shop/config.ts';
import { openHistory, uncommitted } from '../src/shop/history.ts';
import { commandLine } from './stage.ts';

const VENDURE = { app: 'tea-staging', 'fly-config': 'fly.toml', 'image-repository': 'registry.fly.io/tea-staging', dockerfile: 'Dockerfile', context: '.', 'public-url': 'https://api.tea.example', commands: { environment: ['DATABASE_URL'] }, secrets: { source: 'inputs', names: ['DATABASE_URL', 'COOKIE_SECRET'] } };
const CONFIG = JSON.stringify({ 'schema-version': 1, environments: { staging: { surfaces: { vendure: VENDURE } } } });

let folder: string;
let checkout: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-shop-'));
  checkout = join(folder, 'checkout');
  await mkdir(join(checkout, '.github'), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a world takes what is committed in a shop's checkout, and at its next start what has been committed since", async () => {
  const first = await commit('.github/deploy.config.yml', CONFIG);
  await writeFile(join(checkout, 'not-committed'), '');
  await expect(uncommitted(checkout)).resolves.toEqual(['not-committed']);
  const world = join(folder, 'shop');
  expect(await openHistory('unused', world, checkout)).toMatchObject({ directory: world, main: first });

  git('rm', '--quiet', '.github/deploy.config.yml');
  const second = await commit('page.txt', 'a page');
  const history = await openHistory('unused', world, checkout);
  expect(history.main).toBe(second);
  await expect(history.resolve('main~1')).resolves.toBe(first);
  await expect(readFile(join(world, 'page.txt'), 'utf8')).resolves.toBe('a page');
  await expect(readShopConfig(world)).rejects.toThrow('The shop has no .github/deploy.config.yml on its branch main. What is not committed is not seen here, as on GitHub.');
});

test('what is checked out is main, where no branch has that name', async () => {
  const sha = await commit('.github/deploy.config.yml', CONFIG);
  git('branch', '--move', 'trunk');
  expect((await openHistory('unused', join(folder, 'shop'), checkout)).main).toBe(sha);
});

test('a shop without Workers, with secrets of its own names', async () => {
  await writeFile(join(checkout, '.github/deploy.config.yml'), CONFIG);
  const config = await readShopConfig(checkout);
  const { surfaces: { vendure } } = environmentOf(config, 'staging');
  expect(surfacesOf(config, 'staging')).toEqual({ environment: 'staging', app: 'tea-staging', database: 'tea_staging', dashboard: null, storefront: null });
  if (vendure === undefined) throw new Error('It has one.');
  expect(secretsOf(vendure, 'postgres://here')).toEqual({ DATABASE_URL: 'postgres://here', COOKIE_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/u) });
  expect(commandVariablesOf(vendure, 'postgres://here')).toEqual({ DATABASE_URL: 'postgres://here' });
  expect(accountOf(config)).toMatch(/^0{32}$/u);
  expect(zonesOf(config).map(({ name }) => name)).toContain('tea.example');
});

test('a configuration without the server is refused with one sentence', async () => {
  await writeFile(join(checkout, '.github/deploy.config.yml'), JSON.stringify({ environments: { staging: { surfaces: {} } } }));
  await expect(readShopConfig(checkout)).rejects.toThrow("The shop's .github/deploy.config.yml does not fit a rehearsal: no environment has the surface vendure.");
});

test('--repo wants a checkout', async () => {
  expect(await commandLine('deploy-staging', '--repo', join(folder, 'nowhere'))).toEqual({ exitCode: 2, said: expect.stringContaining('nowhere is no git checkout.') });
});

async function commit(file: string, text: string): Promise<string> {
  await writeFile(join(checkout, file), text);
  git('add', '--', file);
  git('-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'commit', '--quiet', '-m', file);
  return git('rev-parse', 'HEAD');
}

function git(...args: readonly string[]): string {
  return execFileSync('git', [...args], { cwd: checkout, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } }).trim();
}
