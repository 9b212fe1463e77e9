import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startTwin, type Twin } from '@vendure-deploy/twin';
import { type ActionRun, startAction } from '../../src/index.ts';
import { subjectOf } from './actions.ts';
import { CONFIG_FILE, shopConfig } from './config.ts';
import { openShop, type Shop } from './shop.ts';
import { shopImage } from './shop-image.ts';
import { makeHistory, REPOSITORY, type World } from './world.ts';

const APP = 'shop-production';
const HOST = 'api.shop.example';
export const ACCOUNT = '0123456789abcdef0123456789abcdef';
export const ZONE = 'shop.example';

/** A shop that serves, with real Machines, and everything that preflight reads of it. Nothing in it is written to. */
export interface PreflightWorld extends AsyncDisposable {
  readonly twin: Twin;
  readonly commits: World['commits'];
  /** The Workers' public hosts, and a Vendure that a test makes ill, for a configuration that names it. */
  readonly shop: Shop;
  readonly githubToken: string;
  /** The flyctl of the release archive, to run it bare. */
  readonly flyctl: string;
  /** A commit on a branch of its own, ahead of main. */
  branch(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  git(...args: readonly string[]): Promise<string>;
  /** An image under that tag, whose label names that commit. */
  pushImage(tag: string, sha: string): Promise<void>;
  /** Runs preflight, and says what it did to the world. */
  ask(given?: Given): Promise<Asked>;
}

export interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly faults?: readonly string[];
  /** Lines of the configuration that are others. */
  readonly config?: (yaml: string) => string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The workspace is a checkout of the default branch as actions/checkout makes it: of depth 1, with GitHub as its origin. */
  readonly checkedOut?: boolean;
  readonly latencyMs?: number;
  readonly weigh?: boolean;
}

export interface Asked {
  readonly run: ActionRun;
  readonly checks: Readonly<Record<string, ToldCheck>>;
  /** Writes, records, stray calls, and rules that never fired: all of them nothing, in each test. */
  readonly traces: { readonly writes: number; readonly records: number; readonly stray: readonly string[]; readonly unfired: readonly string[] };
  readonly requests: readonly string[];
}

export interface ToldCheck {
  readonly id: string;
  readonly status: string;
  readonly seconds: number;
  readonly evidence: string;
  readonly next: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export const UNTOUCHED: Asked['traces'] = { writes: 0, records: 0, stray: [], unfired: [] };

export async function openPreflightWorld(): Promise<PreflightWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'acceptance-preflight-'));
  const checkout = join(directory, 'checkout');
  const commits = await makeHistory(checkout);
  const twin = await startTwin({ directory: join(directory, 'twin'), speed: 20, suite: { repository: 'example/suite', directory: checkout }, accountId: ACCOUNT, zones: [{ id: 'f'.repeat(32), name: ZONE }], flyctlVersions: ['0.4.87'] });
  await twin.github.createRepository(REPOSITORY, checkout);
  twin.fly.addApp({ name: APP, hosts: [HOST], secrets: {} });
  const pushImage = async (tag: string, sha: string): Promise<void> => void (await twin.registry.pushImage(APP, tag, await shopImage(join(directory, `image-${sha}`), sha)));
  await pushImage(`production-${commits.previous}`, commits.previous);
  await twin.fly.seedRelease({ app: APP, image: { repository: APP, tag: `production-${commits.previous}` }, flyToml: FLY });
  const shop = await openShop(commits.previous);
  const githubToken = twin.github.issueToken({ contents: 'read', actions: 'read' });
  const git = gitIn(directory);
  const cloneOf = async (configuration: string): Promise<string> => {
    const clone = await mkdtemp(join(directory, 'clone-'));
    await git('clone', '--quiet', '--depth=1', '--branch=main', `file://${twin.github.bare(REPOSITORY)}`, clone);
    await git('-C', clone, 'remote', 'set-url', 'origin', `https://github.com/${REPOSITORY}`);
    await writeFile(join(clone, CONFIG_FILE), configuration);
    return clone;
  };
  return {
    twin,
    commits,
    shop,
    githubToken,
    flyctl: join(directory, 'twin/shelf/flyctl-0.4.87/flyctl'),
    pushImage,
    git: (...args) => git('--git-dir', twin.github.bare(REPOSITORY), ...args),
    async branch(name, files) {
      await git('-C', checkout, 'checkout', '--quiet', '-B', name, 'main');
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(checkout, path)), { recursive: true });
        await writeFile(join(checkout, path), text);
      }
      await git('-C', checkout, 'add', '--all', '--force');
      await git('-C', checkout, '-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'commit', '--quiet', '-m', name);
      await git('-C', checkout, 'push', '--quiet', '--force', twin.github.bare(REPOSITORY), name);
      return git('-C', checkout, 'rev-parse', 'HEAD');
    },
    async ask({ inputs = {}, faults = [], config = unchanged, environment = {}, checkedOut = false, latencyMs = 0, weigh = false } = {}) {
      const text = config(shopConfig({ ...shop.urls, vendure: `https://${HOST}` }));
      const run = await twin.openRun({ faults, latencyMs, lock: { repository: REPOSITORY, environment: 'production' } });
      try {
        const ended = await startAction({
          folder: subjectOf('preflight').folder,
          inputs: { environment: 'production', ref: 'main', 'github-token': githubToken, 'fly-api-token': twin.fly.deployToken(APP), 'cloudflare-api-token': twin.credentials.cloudflareApiToken, ...inputs },
          environment: { ...run.environment, ...environment },
          ...(checkedOut ? { workspace: await cloneOf(text) } : { files: { [CONFIG_FILE]: text } }),
          weigh,
        });
        const { checks = [] } = JSON.parse(ended.outputs['result'] ?? '{}') as { checks?: ToldCheck[] };
        return {
          run: ended,
          checks: Object.fromEntries(checks.map((check) => [check.id, check])),
          traces: { writes: run.writes(), records: run.records(), stray: run.strayCalls(), unfired: run.faultReport().filter(({ fired }) => fired === 0).map(({ rule }) => rule) },
          requests: run.requests().map(({ method, host, path }) => `${method} ${host}${path}`),
        };
      } finally {
        await run.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]();
      await twin.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const unchanged = (yaml: string): string => yaml;

const FLY = {
  processes: { app: 'node server.cjs', worker: 'node worker.cjs' },
  http_service: { internal_port: 3000, processes: ['app'], checks: [{ path: '/health/ready', interval: '2s' }] },
};

function gitIn(home: string): (...args: readonly string[]) => Promise<string> {
  return async (...args) => {
    const { stdout } = await promisify(execFile)('git', args, { env: { PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1' } });
    return stdout.trim();
  };
}
