import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startTwin, type Twin, type TwinRun } from '@vendure-deploy/twin';
import { CONFIG_FILE, shopConfig } from './config.ts';
import { openShop, type Shop } from './shop.ts';

export const REPOSITORY = 'example/shop';
const LOCK = 'refs/heads/deploy-lock/production';
const APP = 'shop-production';
const ACCOUNT = '0123456789abcdef0123456789abcdef';

/** The twin with a small shop in it: three commits, an app on Fly, and public hosts of its own. */
export interface World extends AsyncDisposable {
  readonly twin: Twin;
  readonly shop: Shop;
  /** The history: `previous` and `main` on the default branch, `develop` ahead of it. */
  readonly commits: { readonly previous: string; readonly main: string; readonly develop: string };
  /** A clean checkout of `main`. */
  readonly checkout: string;
  /** The workspace of an action: the configuration that names this world's hosts. */
  readonly files: Readonly<Record<string, string>>;
  /** As `permissions: contents: write, actions: read, deployments: write` give it. */
  readonly githubToken: string;
  openRun(...faults: string[]): Promise<TwinRun & AsyncDisposable>;
  /** Fulfilled once the ground truth is so. */
  until(truth: () => Promise<boolean>): Promise<void>;
  /** As if nobody had ever taken it. */
  forgetLock(): Promise<void>;
  /** A commit with that message becomes the lock's head. @returns its sha */
  putLock(message: string): Promise<string>;
  lockHead(): Promise<string>;
  /** The lock's history as git has it, newest first: what each commit did. */
  lockHistory(): Promise<string[]>;
}

export async function openWorld({ flyctlVersions = [] }: { flyctlVersions?: readonly string[] } = {}): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'acceptance-world-'));
  const checkout = join(directory, 'checkout');
  const commits = await makeHistory(checkout);
  const twin = await startTwin({ directory: join(directory, 'twin'), speed: 10, suite: { repository: 'example/suite', directory: checkout }, accountId: ACCOUNT, zones: [], flyctlVersions });
  await twin.github.createRepository(REPOSITORY, checkout);
  twin.fly.addApp({ name: APP, hosts: [], secrets: {} });
  const shop = await openShop(commits.previous);
  return {
    twin,
    shop,
    commits,
    checkout,
    files: { [CONFIG_FILE]: shopConfig(shop.urls) },
    githubToken: twin.github.issueToken({ contents: 'write', actions: 'read', deployments: 'write' }),
    async openRun(...faults) {
      const run = await twin.openRun({ faults, latencyMs: 0, lock: { repository: REPOSITORY, environment: 'production' } });
      return { ...run, [Symbol.asyncDispose]: () => run.close() };
    },
    async until(truth) {
      while (!(await truth())) await setTimeout(20);
    },
    forgetLock: async () => void (await git(twin.github.bare(REPOSITORY), 'update-ref', '-d', LOCK)),
    async putLock(message) {
      const bare = twin.github.bare(REPOSITORY);
      const sha = await git(bare, '-c', 'user.name=Stranger', '-c', 'user.email=stranger@example.com', 'commit-tree', 'refs/heads/main^{tree}', '-m', message);
      await git(bare, 'update-ref', LOCK, sha);
      return sha;
    },
    lockHead: () => git(twin.github.bare(REPOSITORY), 'rev-parse', LOCK),
    async lockHistory() {
      const said = await git(twin.github.bare(REPOSITORY), 'log', '--format=%s', '--end-of-options', LOCK).catch(() => '');
      return said.split('\n').filter((line) => line !== '');
    },
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]();
      await twin.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What the environment of a run says of itself, for a second one beside the first. */
export function otherRun(id: number): Record<string, string> {
  return { GITHUB_RUN_ID: String(id), GITHUB_ACTOR: 'colleague' };
}

export async function makeHistory(folder: string): Promise<World['commits']> {
  await mkdir(folder, { recursive: true });
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commit(folder, { Dockerfile: 'FROM node:24\nWORKDIR /shop\nCOPY . .\nCMD ["node", "server.cjs"]\n', 'server.cjs': '// previous\n' });
  const previous = await git(folder, 'rev-parse', 'HEAD');
  await commit(folder, { 'server.cjs': '// main\n', [CONFIG_FILE]: shopConfig().replace('apps/server/Dockerfile', 'Dockerfile') });
  const main = await git(folder, 'rev-parse', 'HEAD');
  await git(folder, 'checkout', '--quiet', '-b', 'develop');
  await commit(folder, { 'server.cjs': '// develop\n' });
  const develop = await git(folder, 'rev-parse', 'HEAD');
  await git(folder, 'checkout', '--quiet', 'main');
  return { previous, main, develop };
}

async function commit(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await git(folder, 'add', '--all');
  await git(folder, '-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'commit', '--quiet', '-m', Object.keys(files).join(', '));
}

async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], { env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' } });
  return stdout.trim();
}
