import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startTwin, type Twin, type TwinRun } from '@vendure-deploy/twin';
import { type ActionRun, startAction, type StartOptions } from '../../src/index.ts';
import { subjectOf } from './actions.ts';
import { CONFIG_FILE, shopConfig } from './config.ts';
import { REPOSITORY } from './world.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const WORKER = 'shop-dashboard';
const HOST = 'dashboard.shop.example';
const SCRIPT = `/accounts/${ACCOUNT}/workers/scripts/${WORKER}`;

type Special = Readonly<Record<string, unknown>> & { readonly env?: { readonly production: Readonly<Record<string, unknown>> } };

/** The commits of the shop, and what of the wrangler configuration is special to each. */
const SPECIAL = {
  /** What serves. */
  old: {},
  new: {},
  /** Its page is an error from the start. */
  sick: {},
  assets: { assets: { directory: 'dist/assets', binding: 'ASSETS', run_worker_first: true } },
  /** It leaves wrangler to the suite. */
  suite: {},
  /** The entry file that is named is not in the artifact. */
  hollow: { main: 'dist/server/index.js' },
  building: { build: { command: 'npm run build' } },
  moved: { account_id: 'f'.repeat(32) },
  renamed: { name: 'shop-other', env: { production: {} } },
  /** A namespace that nobody made, which wrangler would make. */
  providing: { env: { production: { kv_namespaces: [{ binding: 'CACHE' }] } } },
  unrouted: { env: { production: { routes: [] } } },
  /** Its checkout and its artifact would lead wrangler to another API. */
  dotenv: {},
} as const satisfies Record<string, Special>;
const COMMITS = Object.keys(SPECIAL) as Commit[];
type Commit = keyof typeof SPECIAL;

export interface Split {
  readonly [versionId: string]: number;
}

export interface Given {
  readonly commit?: Commit;
  readonly faults?: readonly string[];
  readonly inputs?: Readonly<Record<string, string>>;
  /** Of the machine: its home, its tool cache. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Added to each round trip. */
  readonly latencyMs?: number;
  readonly signals?: NonNullable<StartOptions['signals']>;
  /** While the action is at work. */
  readonly meanwhile?: () => Promise<void>;
}

export interface Ran {
  readonly main: ActionRun;
  /** As GitHub runs it at the end of the job, with what main left. */
  readonly post: ActionRun;
  readonly unfired: readonly string[];
  readonly strayCalls: readonly string[];
  /** Of the action itself at Cloudflare, wrangler's left out. */
  readonly calls: readonly string[];
  /** Writes at Cloudflare, as `POST deployments`. */
  readonly writes: readonly string[];
}

/** The twin with one Worker that real wrangler deploys: the Dashboard behind a route, built by the action itself. */
export interface WorkerStage extends AsyncDisposable {
  readonly twin: Twin;
  readonly sha: Readonly<Record<Commit, string>>;
  /** The old commit alone is live again, as a new version with these secrets; its id. */
  reset(secrets?: Readonly<Record<string, string>>): Promise<string>;
  forget(): Promise<void>;
  /** The deploy lock is free while that lasts, and this run's again afterwards. */
  withoutLock(work: (lose: () => Promise<void>) => Promise<void>): Promise<void>;
  run(operation: string, given: Given): Promise<Ran>;
  deploy(given: Given): Promise<Ran>;
  /** The values that a version really has. */
  secretsOf(versionId: string): Readonly<Record<string, string>>;
  gradual(given: Given): Promise<Ran>;
  /** A bare `wrangler deploy` of the commit's built tree, as a person would type it. @returns seconds */
  bareWrangler(commit: Commit, latencyMs: number): Promise<number>;
  returnTo(versionId: string, given?: Given): Promise<Ran>;
  /** What is live by the account: percentages by version. */
  live(): Promise<Split>;
  /** Deployments since the last reset, the first one first. */
  history(): Promise<Split[]>;
  /** The versions with that commit in their tag. */
  versionsOf(commit: Commit): Promise<string[]>;
  visit(headers?: Readonly<Record<string, string>>): Promise<{ status: number; version: string | null }>;
  /** Below the Worker's own path, as a second actor would. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  /** A version that somebody else uploaded. */
  foreign(): Promise<string>;
  /** A second actor's deployment, forced: that percentage to `other`, the rest to `old`. */
  shiftAs(old: string, other: string, percentage: number): Promise<void>;
  /** From now on that version's pages are errors. */
  sicken(versionId: string): Promise<void>;
  /** Fulfilled once the split is live in which the one version that is not `old` has that percentage. */
  reached(old: string, percentage: number): Promise<string>;
}

export async function openWorkerStage(): Promise<WorkerStage> {
  const directory = await mkdtemp(join(tmpdir(), 'acceptance-worker-'));
  const sha = await makeHistory(join(directory, 'shop'), COMMITS, filesOf);
  const twin = await startTwin({ directory: join(directory, 'twin'), speed: 10, suite: { repository: 'example/suite', directory: join(directory, 'shop') }, accountId: ACCOUNT, zones: [{ id: 'f'.repeat(32), name: 'shop.example' }], flyctlVersions: [] });
  await twin.github.createRepository(REPOSITORY, join(directory, 'shop'));
  twin.github.setRun({ id: 1001, repository: REPOSITORY, status: 'in_progress', startedAt: new Date().toISOString() });
  const githubToken = twin.github.issueToken({ contents: 'write', actions: 'read' });
  const { folder } = subjectOf('cf-worker-deploy');
  const workspaceOf = (commit: Commit): string => join(directory, 'checkouts', commit);
  const inputsOf = (commit: Commit): Record<string, string> => ({ environment: 'production', surface: 'dashboard', sha: sha[commit], 'artifact-directory': join(directory, 'artifacts', commit) });
  const openRun = (faults: readonly string[], latencyMs = 0): Promise<TwinRun> => twin.openRun({ faults, latencyMs, lock: { repository: REPOSITORY, environment: 'production' } });

  const setUp = await openRun([]);
  const takeLock = async ({ environment }: TwinRun): Promise<void> => {
    const taken = await startAction({ folder: subjectOf('deploy-lock').folder, inputs: { operation: 'acquire', hold: 'run', environment: 'production', 'github-token': githubToken }, environment });
    if (taken.outputs['decision'] !== 'done') throw new Error(taken.log);
  };
  await takeLock(setUp);
  for (const commit of COMMITS) {
    await checkOut(join(directory, 'shop'), sha[commit], workspaceOf(commit));
    const built = await startAction({ folder, workspace: workspaceOf(commit), inputs: { ...inputsOf(commit), operation: 'build' }, environment: setUp.environment });
    if (built.outputs['decision'] !== 'done') throw new Error(built.log);
  }
  await setUp.close();

  const call: WorkerStage['call'] = async (method, path, body) => {
    const answer = await twin.cloudflare.provider.fetch(new Request(`https://api.cloudflare.com/client/v4${path}`, {
      method, headers: { authorization: `Bearer ${twin.credentials.cloudflareApiToken}` }, ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    }));
    const { result, success, errors } = (await answer.json()) as { result: unknown; success: boolean; errors: unknown };
    if (!success) throw new Error(`${method} ${path}: ${JSON.stringify(errors)}`);
    return result;
  };
  const deployments = async (): Promise<{ id: string; split: Split }[]> => {
    const { deployments: listed } = (await call('GET', `${SCRIPT}/deployments`)) as { deployments: { id: string; versions: { version_id: string; percentage: number }[] }[] };
    return listed.map(({ id, versions }) => ({ id, split: Object.fromEntries(versions.map((one) => [one.version_id, one.percentage])) }));
  };
  const live = async (): Promise<Split> => (await deployments())[0]?.split ?? {};
  let since = '';

  async function run(operation: string, { commit = 'new', faults = [], inputs = {}, environment = {}, signals = [], meanwhile, latencyMs = 0 }: Given): Promise<Ran> {
    const world = await openRun(faults, latencyMs);
    try {
      const given = {
        folder, workspace: workspaceOf(commit), environment: { ...world.environment, ...environment },
        inputs: {
          ...inputsOf(commit), operation, 'cloudflare-api-token': twin.credentials.cloudflareApiToken, 'github-token': githubToken,
          steps: '10, 100', 'soak-seconds': '1', 'probe-interval-seconds': '1', 'read-interval-seconds': '1', 'propagation-seconds': '20', ...inputs,
        },
      };
      const [main] = await Promise.all([startAction({ ...given, signals, weigh: true }), meanwhile?.()]);
      const post = await startAction({ ...given, state: main.state });
      return {
        main, post,
        unfired: world.faultReport().filter(({ fired }) => fired === 0).map(({ rule }) => rule),
        strayCalls: world.strayCalls(),
        calls: world.requests().filter(({ host, agent }) => host === 'api.cloudflare.com' && !agent.startsWith('wrangler')).map(({ method, path }) => `${method} ${path}`),
        writes: world.requests().filter(({ write, host }) => write && host === 'api.cloudflare.com').map(({ method, path }) => `${method} ${path.split('/').at(-1) ?? ''}`),
      };
    } finally {
      await world.close();
    }
  }

  return {
    twin,
    sha,
    async reset(secrets = {}) {
      const form = new FormData();
      form.set('metadata', JSON.stringify({
        main_module: 'index.js', compatibility_date: '2026-10-01', annotations: { 'workers/tag': sha.old },
        bindings: [{ type: 'version_metadata', name: 'CF_VERSION_METADATA' }, ...Object.entries(secrets).map(([name, text]) => ({ type: 'secret_text', name, text }))],
      }));
      form.set('index.js', new File([workerOf(sha.old, 'old')], 'index.js', { type: 'application/javascript+module' }));
      await call('PUT', SCRIPT, form);
      await call('PUT', `${SCRIPT}/routes`, [{ pattern: `${HOST}/*`, zone_name: 'shop.example' }]);
      since = (await deployments())[0]?.id ?? '';
      return Object.keys(await live())[0] ?? '';
    },
    forget: async () => void (await call('DELETE', SCRIPT)),
    async withoutLock(work) {
      await work(async () => void (await git(twin.github.bare(REPOSITORY), 'update-ref', '-d', 'refs/heads/deploy-lock/production')));
      const world = await openRun([]);
      await takeLock(world);
      await world.close();
    },
    run,
    secretsOf: (versionId) => twin.cloudflare.secretsOf(WORKER, versionId),
    deploy: (given) => run('deploy', given),
    async bareWrangler(commit, latencyMs) {
      const world = await openRun([], latencyMs);
      const home = await mkdtemp(join(directory, 'home-'));
      const started = performance.now();
      try {
        await promisify(execFile)(process.execPath, [join(workspaceOf(commit), 'node_modules/wrangler/bin/wrangler.js'), 'deploy', '--config', 'apps/dashboard/wrangler.jsonc', '--env', 'production', '--tag', sha[commit]], {
          cwd: workspaceOf(commit), env: { ...world.environment, PATH: process.env['PATH'], HOME: home, CI: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', CLOUDFLARE_API_TOKEN: twin.credentials.cloudflareApiToken, CLOUDFLARE_ACCOUNT_ID: ACCOUNT },
        });
        return (performance.now() - started) / 1000;
      } finally {
        await world.close();
      }
    },
    gradual: (given) => run('gradual', given),
    returnTo: (versionId, given = {}) => run('return', { ...given, inputs: { 'artifact-directory': '', 'to-version-id': versionId, ...given.inputs } }),
    live,
    async history() {
      const all = await deployments();
      return all.slice(0, all.findIndex(({ id }) => id === since)).map(({ split }) => split).toReversed();
    },
    async versionsOf(commit) {
      const { items } = (await call('GET', `${SCRIPT}/versions`)) as { items: { id: string; annotations: Record<string, string> }[] };
      return items.filter(({ annotations }) => annotations['workers/tag'] === sha[commit]).map(({ id }) => id);
    },
    async visit(headers = {}) {
      const answer = await twin.cloudflare.serve(HOST, new Request(`https://${HOST}/__version`, { headers }));
      await answer?.arrayBuffer();
      return { status: answer?.status ?? 0, version: answer?.headers.get('x-deploy-version') ?? null };
    },
    call: (method, path, body) => call(method, `${SCRIPT}${path}`, body),
    async foreign() {
      const { id } = (await call('PATCH', `/accounts/${ACCOUNT}/workers/workers/${WORKER}/versions/latest`, { annotations: { 'workers/tag': 'theirs' } })) as { id: string };
      return id;
    },
    async shiftAs(old, other, percentage) {
      const versions = [{ version_id: other, percentage }, { version_id: old, percentage: 100 - percentage }].filter((one) => one.percentage > 0);
      await call('POST', `${SCRIPT}/deployments?force=true`, { strategy: 'percentage', versions });
    },
    async sicken(versionId) {
      const answer = await twin.cloudflare.serve(HOST, new Request(`https://${HOST}/sicken`, { headers: { 'Cloudflare-Workers-Version-Overrides': `${WORKER}="${versionId}"` } }));
      if (answer?.headers.get('x-deploy-version') !== versionId) throw new Error(`${versionId} is not live`);
    },
    async reached(old, percentage) {
      for (;;) {
        const found = Object.entries(await live()).find(([id, share]) => id !== old && share === percentage);
        if (found !== undefined) return found[0];
        await setTimeout(50);
      }
    },
    async [Symbol.asyncDispose]() {
      await twin.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function filesOf(commit: Commit): Record<string, string> {
  const text = commit === 'suite' ? config().replace(/^ {2}wrangler: .*\n/mu, '') : config();
  const files = shopFiles({ config: text, wrangler: wranglerConfig(commit), worker: workerOf('COMMIT', commit) });
  return commit === 'dotenv' ? { ...files, '.env': HIJACK, 'apps/dashboard/.env': HIJACK, 'apps/dashboard/.env.production': HIJACK } : files;
}

/** A shop with one Worker, the Dashboard. */
export function shopFiles({ config: text, wrangler, worker }: { readonly config: string; readonly wrangler: string; readonly worker: string }): Record<string, string> {
  return { [CONFIG_FILE]: text, '.gitignore': 'node_modules\ndist\n', 'apps/dashboard/wrangler.jsonc': wrangler, 'apps/dashboard/worker.js': worker, 'build.cjs': BUILD, 'apps/dashboard/index.html': '<!doctype html><title>Shop</title>' };
}

/** One commit after another, each with its files; their SHAs. */
export async function makeHistory<C extends string>(folder: string, commits: readonly C[], files: (commit: C) => Readonly<Record<string, string>>): Promise<Record<C, string>> {
  await git('.', 'init', '--quiet', '--initial-branch=main', folder);
  const made: [C, string][] = [];
  for (const commit of commits) {
    for (const [path, text] of Object.entries(files(commit))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await git(folder, 'add', '--all');
    await git(folder, '-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'commit', '--quiet', '--allow-empty', '-m', commit);
    made.push([commit, await git(folder, 'rev-parse', 'HEAD')]);
  }
  return Object.fromEntries(made) as Record<C, string>;
}

/** A clean checkout, in which the shop's install has been: wrangler is the one of this repository. */
export async function checkOut(shop: string, sha: string, folder: string): Promise<void> {
  await git('.', 'clone', '--quiet', shop, folder);
  await git(folder, 'checkout', '--quiet', sha);
  await mkdir(join(folder, 'node_modules'));
  await symlink(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), join(folder, 'node_modules/wrangler'));
}

async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], { env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' } });
  return stdout.trim();
}

/** Its commands need nothing but Node. */
export function config(): string {
  return shopConfig().replaceAll('[pnpm, install]', `["${process.execPath}", --version]`).replaceAll('[pnpm, build]', `["${process.execPath}", build.cjs]`).replace('version-path: /__version', 'version-path: /__version\n        smoke-paths: [/]');
}

const HIJACK = 'CLOUDFLARE_API_BASE_URL=https://elsewhere.example/client/v4\nCLOUDFLARE_ACCOUNT_ID=ffffffffffffffffffffffffffffffff\n';

function wranglerConfig(commit: Commit): string {
  const { env, ...top } = SPECIAL[commit] as Special;
  return JSON.stringify({
    name: WORKER, main: 'dist/index.js', no_bundle: true, compatibility_date: '2026-10-01', account_id: ACCOUNT, workers_dev: false, preview_urls: false, send_metrics: false,
    ...top,
    env: { production: { routes: [{ pattern: `${HOST}/*`, zone_name: 'shop.example' }], version_metadata: { binding: 'CF_VERSION_METADATA' }, ...env?.production, ...(commit === 'renamed' ? {} : { name: WORKER }) } },
  });
}

const BUILD = `const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
mkdirSync('apps/dashboard/dist/assets', { recursive: true });
writeFileSync('apps/dashboard/dist/index.js', readFileSync('apps/dashboard/worker.js', 'utf8').replaceAll('COMMIT', process.env.DEPLOY_SHA));
writeFileSync('apps/dashboard/dist/assets/index.html', readFileSync('apps/dashboard/index.html'));
`;

/** It keeps the shop contract; and it falls ill when it is told to, in this version alone. */
export function workerOf(sha: string, commit: string): string {
  return `let sick = ${commit === 'sick'};
export default { fetch(request, { CF_VERSION_METADATA: { id } }) {
  const { pathname } = new URL(request.url);
  const headers = { 'x-deploy-version': id, 'cache-control': 'no-store' };
  if (pathname === '/sicken') sick = true;
  if (pathname === '/__version') return Response.json({ sha: '${sha}', versionId: id, surface: 'dashboard' }, { headers });
  return new Response(sick ? 'sick' : '<!doctype html><title>Shop</title>', { status: sick ? 500 : 200, headers });
} };
`;
}
