import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { LEFT_BY_USE } from '../../src/shop/history.ts';
import { LONG } from '../stage.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const EXAMPLE = join(ROOT, 'examples/shop');
const NOT_TAKEN = new Set([...LEFT_BY_USE, 'history', '.github']);

test(
  'script/init in a shop that has nothing of the suite yet: what it writes is rehearsed at once when it is committed, and deploys every surface',
  async () => {
    const shop = await mkdtemp(join(tmpdir(), 'new-shop-'));
    try {
      await cp(EXAMPLE, shop, { recursive: true, filter: (source) => !source.slice(EXAMPLE.length).split('/').some((part) => NOT_TAKEN.has(part)) });
      await git(shop, 'init', '--quiet', '--initial-branch=main');
      const before = await commit(shop, 'A shop');

      const first = await init(shop);
      expect([first.code, first.out]).toEqual([0, expect.stringContaining(`script/rehearse deploy-staging --repo ${shop}\n`)]);
      expect(first.out).not.toContain('ground truth');

      const after = await commit(shop, 'Deploy by the suite');
      const second = await init(shop);
      expect(second.out).toMatch(/^deploy-staging: success, verdict deployed in /mu);
      for (const surface of ['vendure', 'worker', 'dashboard', 'storefront']) expect(second.out).toMatch(new RegExp(`^ {2}${surface} +${before.slice(0, 7)} +${after.slice(0, 7)}$`, 'mu'));
      expect(second.code).toBe(0);
    } finally {
      await rm(shop, { recursive: true, force: true });
    }
  },
  LONG,
);

/** As a person types it. */
function init(shop: string): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const child = execFile(join(ROOT, 'script/init'), ['--repo', shop], { maxBuffer: 64 * 1024 * 1024 }, (_, out, said) => resolve({ code: child.exitCode ?? -1, out: `${out}${child.exitCode === 0 ? '' : said}` }));
  });
}

async function commit(shop: string, message: string): Promise<string> {
  await git(shop, 'add', '--all');
  await git(shop, '-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'commit', '--quiet', '-m', message);
  return (await git(shop, 'rev-parse', 'HEAD')).trim();
}

async function git(shop: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('git', [...args], { cwd: shop, env: { PATH: process.env['PATH'], HOME: shop, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } })).stdout;
}
