import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { rehearsed, type Rehearsed, worldFolder } from '../stage.ts';

// Each rehearsal installs, compiles and unpacks a real Vendure (18,000 files), on machines that do other things as well.
jest.setTimeout(20 * 60_000);

const EXAMPLE = join(import.meta.dirname, '../../../../examples/vendure');
/** The callers of the lanes are the same in every shop. */
const CALLERS = join(EXAMPLE, '../shop/.github/workflows');
const NO_COMMIT = new Set(['node_modules', 'dist', 'later']);

let shop: string;
let world: string;

beforeAll(async () => {
  shop = await mkdtemp(join(tmpdir(), 'vendure-shop-'));
  world = await worldFolder();
  await cp(EXAMPLE, shop, { recursive: true, filter: (source) => !NO_COMMIT.has(source.slice(EXAMPLE.length + 1).split('/')[0] ?? '') });
  await cp(CALLERS, join(shop, '.github/workflows'), { recursive: true });
  await git('init', '--quiet', '--initial-branch=main');
  await commit('A Vendure shop');
  await commit('A word in a page that no machine reads');
});

afterAll(async () => {
  for (const folder of [shop, world]) await rm(folder, { recursive: true, force: true });
});

test('a real Vendure is deployed: its own image, release command, schema and worker', async () => {
  const first = await deployed();
  expect(first.outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true } });
  expect(first.outcome.truth.after).toMatchObject({ vendure: await head(), worker: await head(), dashboard: null, storefront: null, lock: 'free' });
  expect(first.outcome.truth.after.database).toEqual([expect.stringMatching(/^Initial\d{13}$/u)]);
  expect(first.summary).toContain('the schema is what the commit expects');

  await cp(join(EXAMPLE, 'later'), shop, { recursive: true });
  await commit('Say where a product comes from');
  const second = await deployed('-f', 'allow_pending_migration=true');
  expect(second.outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true } });
  // The public answers of the new image, and a job that its worker has done.
  for (const probe of ['version', 'health', 'graphql', 'shadow', 'worker']) expect(second.summary).toContain(`| vendure ${probe} | passed |`);
  expect(second.outcome.truth.after).toMatchObject({ vendure: await head(), worker: await head(), lock: 'free' });
  expect(second.outcome.truth.after.database).toEqual([expect.stringMatching(/^Initial\d{13}$/u), expect.stringMatching(/^ProductOrigin\d{13}$/u)]);
  expect(second.summary).toMatch(/1 migration is pending: ProductOrigin\d{13}; allow-pending-migration is set/u);
});

function deployed(...more: readonly string[]): Promise<Rehearsed> {
  // Slower than other rehearsals: flyctl's own time limits are the twin's, and unpacking the image is this machine's.
  return rehearsed('deploy-staging', '--repo', shop, '--world', world, '--speed', '2', '-f', 'dashboard=false', '-f', 'storefront=false', ...more);
}

async function head(): Promise<string> {
  return (await git('rev-parse', 'HEAD')).trim();
}

async function commit(message: string): Promise<void> {
  await git('add', '--all');
  await git('-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'commit', '--quiet', '--allow-empty', '-m', message);
}

async function git(...args: readonly string[]): Promise<string> {
  const environment = { PATH: process.env['PATH'], HOME: shop, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  return (await promisify(execFile)('git', [...args], { cwd: shop, env: environment })).stdout;
}
