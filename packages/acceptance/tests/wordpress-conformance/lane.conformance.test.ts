import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { type RunOutcome, runWorkflow } from '@vendure-deploy/runner';
import { startTwin, type Twin } from '@vendure-deploy/twin';
import { configOf, PLUGIN } from './plugin.ts';
import { openVps, type Vps } from './vps.ts';

jest.setTimeout(240_000);

const root = join(import.meta.dirname, '../../../..');
const example = join(root, 'examples/shop');
const SHOP = 'example/shop';
const LANE = 'wp-deploy-vps.yml';
let vps: Vps;
let folder: string;
let twin: Twin;
let commits: { readonly first: string; readonly second: string };
let runs = 0;

const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@shop.example', ...args], { cwd: join(folder, 'shop'), encoding: 'utf8' }).trim();

beforeAll(async () => {
  vps = await openVps();
  folder = await mkdtemp(join(tmpdir(), 'wordpress-lane-'));
  const shop = join(folder, 'shop');
  await mkdir(join(shop, '.github/workflows'), { recursive: true });
  await cp(join(example, '.github/workflows', LANE), join(shop, '.github/workflows', LANE));
  await cp(join(example, 'wordpress'), join(shop, 'wordpress'), { recursive: true });
  await writeFile(join(shop, '.github/deploy.config.yml'), configOf(vps));
  git('init', '-q', '-b', 'main');
  const commit = (): string => {
    git('add', '-A');
    git('commit', '-q', '-m', 'A plugin');
    return git('rev-parse', 'HEAD');
  };
  const first = commit();
  const main = join(shop, 'wordpress', PLUGIN, 'tea-shop.php');
  await writeFile(main, (await readFile(main, 'utf8')).replace('Version: 1.0.0', 'Version: 1.1.0'));
  commits = { first, second: commit() };
  git('checkout', '-q', '-b', 'feature');
  git('commit', '-q', '--allow-empty', '-m', 'Of a branch');
  git('checkout', '-q', 'main');
  twin = await startTwin({ directory: join(folder, 'twin'), speed: 10, suite: { repository: 'vendure-deploy/suite', directory: shop }, accountId: '0'.repeat(32), zones: [], flyctlVersions: [] });
  await twin.github.createRepository(SHOP, shop);
});
afterAll(async () => {
  await twin.stop();
  await vps[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => vps.reset());

interface Ran {
  readonly outcome: RunOutcome;
  /** By job: how it ended. */
  readonly jobs: Readonly<Record<string, string>>;
  readonly log: string;
  readonly summary: string;
}

/** The shop's caller, which calls the lane of this very tree, as somebody has dispatched it. */
async function dispatched(inputs: Readonly<Record<string, string>>, approve: 'yes' | 'no' = 'yes'): Promise<Ran> {
  runs += 1;
  const out = join(folder, `out-${runs}`);
  const run = await twin.openRun({ faults: [], latencyMs: 0, lock: { repository: SHOP, environment: 'production' } });
  try {
    twin.github.setRun({ id: runs, repository: SHOP, startedAt: new Date().toISOString(), workflow: 'wp-deploy-vps', branch: 'main', status: 'in_progress' });
    const outcome = await runWorkflow({
      repository: SHOP, directory: join(folder, 'shop'), sha: commits.second, ref: 'refs/heads/main', workflow: LANE, event: { name: 'workflow_dispatch', inputs }, actor: 'operator', runId: runs, runAttempt: 1,
      // The key is of that environment alone, as the docs say.
      secrets: {}, environmentSecrets: { 'wordpress-production': { WP_SSH_KEY: vps.privateKey } }, variables: {}, githubToken: '', defaultPermissions: 'read', approvals: { 'production-approval': approve },
      machine: ({ id, permissions }) => {
        const may = Object.fromEntries(Object.entries(permissions).flatMap(([scope, level]) => (level === 'none' ? [] : [[scope, level]])));
        return Promise.resolve({ token: twin.github.issueToken(may), environmentOf: (step) => run.environmentOf({ job: id, step }) });
      },
      resolveRepository: (repository) => (repository === 'vendure-deploy/suite' ? Promise.resolve({ directory: root, sha: commits.second }) : Promise.reject(new Error(`There is no ${repository}.`))),
      environment: { ...run.environment, PATH: `${vps.bin}:/usr/bin:/bin`, HOME: folder, LANG: 'C.UTF-8' }, node: process.execPath, work: join(folder, `work-${runs}`), out, interrupts: [],
    });
    expect(run.strayCalls()).toEqual([]);
    const read = (name: string): Promise<string> => readFile(join(out, name), 'utf8').catch(() => '');
    return { outcome, jobs: Object.fromEntries(outcome.jobs.map(({ id, result }) => [id.replace('deploy / ', ''), result])), log: await read('log.txt'), summary: await read('summary.md') };
  } finally {
    await run.close();
  }
}

const live = async (): Promise<string | null> => {
  const text = await readFile(join(vps.paths.plugins, PLUGIN, '.deploy-revision'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as { sha: string }).sha;
};

test('a commit goes to production after an approval; the next one replaces it, and the way back needs no build', async () => {
  const first = await dispatched({ environment: 'production', ref: commits.first });
  expect(first).toMatchObject({ outcome: { conclusion: 'success', outputs: {} }, jobs: { approve: 'success', preflight: 'success', build: 'success', wordpress: 'success' } });
  expect(await live()).toBe(commits.first);
  const second = await dispatched({ environment: 'production' });
  expect(second.outcome.conclusion).toBe('success');
  expect(await live()).toBe(commits.second);
  expect(second.summary).toContain('0 added, 1 changed, 0 deleted.');
  const back = await dispatched({ environment: 'production', action: 'return' });
  expect(back.jobs).toMatchObject({ approve: 'success', preflight: 'skipped', build: 'skipped', wordpress: 'success' });
  expect(await live()).toBe(commits.first);
  expect((await vps.tree(join(vps.paths.plugins, PLUGIN)))?.size).toBe(3);
});

test('who only looks is not asked for, and a dry run writes nothing', async () => {
  const dry = await dispatched({ environment: 'production', dry_run: 'true' }, 'no');
  expect(dry.jobs).toEqual({ approve: 'skipped', preflight: 'success', build: 'success', wordpress: 'success' });
  expect(dry.summary).toContain('- added `tea-shop.php`');
  expect([await live(), await vps.tree(vps.paths.releases)]).toEqual([null, null]);
});

test.each<[string, Readonly<Record<string, string>>, 'yes' | 'no', Readonly<Record<string, string>>, RegExp]>([
  ['nobody approves', { ref: 'main' }, 'no', { approve: 'failure', wordpress: 'skipped' }, /production-approval/u],
  ['a commit of another branch', { ref: 'feature' }, 'yes', { preflight: 'failure', build: 'skipped', wordpress: 'skipped' }, /allow_non_main|allow-non-main/u],
  ['the name of the input in its value', { ref: 'ref=main' }, 'yes', { preflight: 'failure', wordpress: 'skipped' }, /Type only the branch, tag or SHA: main/u],
])('nothing is written: %s', async (_, inputs, approve, jobs, sentence) => {
  const ran = await dispatched({ environment: 'production', ...inputs }, approve);
  expect(ran).toMatchObject({ outcome: { conclusion: 'failure' }, jobs });
  expect(`${ran.log}\n${JSON.stringify(ran.outcome.annotations)}`).toMatch(sentence);
  expect([await live(), await vps.calls()]).toEqual([null, []]);
});
