import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CloudflareWorld, createCloudflareWorld } from '../../src/cloudflare/index.ts';
import { createFaultScript } from '../../src/faults/index.ts';
import { startProxy } from '../../src/proxy/index.ts';
import { createRecorder, type RequestRecord } from '../../src/record/index.ts';

export const ACCOUNT = '0123456789abcdef0123456789abcdef';
export const TOKEN = 'a-users-token-of-forty-characters-000000';
export const SHA = { old: 'a'.repeat(40), new: 'b'.repeat(40) };

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The entry of that type in wrangler's output file. */
  entry(type: string): Record<string, unknown> | undefined;
}

export interface Stage {
  readonly world: CloudflareWorld;
  readonly directory: string;
  /** Real wrangler as a child behind the proxy, its environment closed. */
  wrangler(...args: readonly string[]): Promise<Said>;
  /** `wrangler deploy` or `versions upload` of the Dashboard at a revision, and the version that it made. */
  ship(sha: string, ...args: readonly string[]): Promise<string>;
  upload(sha: string, ...args: readonly string[]): Promise<string>;
  /** What a first deploy without assets leaves, without the second that wrangler takes: the Worker, its route, and the version's id. */
  seed(sha: string, bindings?: readonly Record<string, unknown>[]): Promise<string>;
  /** Writes the Dashboard as its build leaves it. */
  build(sha: string): Promise<void>;
  /** What a visitor of the shop gets. */
  visit(path: string, headers?: Record<string, string>): Promise<{ status: number; text: string; version: string | null; headers: Headers }>;
  /** A bare call to the API. */
  call(method: string, path: string, options?: { body?: unknown; token?: string | null }): Promise<{ status: number; code: number | undefined; result: unknown }>;
  requests(): readonly RequestRecord[];
  strayCalls(): readonly string[];
  /** Ends the world and opens another one on its directory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const ORIGIN = 'https://dashboard.shop.example';

export async function openStage({ token = TOKEN, zones = [{ id: 'f'.repeat(32), name: 'shop.example' }] }: { token?: string; zones?: { id: string; name: string }[] } = {}): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'cloudflare-'));
  const app = join(directory, 'app');
  await mkdir(app);
  const open = (): CloudflareWorld => createCloudflareWorld({ directory: join(directory, 'world'), token, accountId: ACCOUNT, zones, outbound: () => Promise.resolve(new Response('nothing leaves', { status: 403 })) });
  let world = open();
  const recorder = createRecorder(directory);
  const faults = createFaultScript([], { speed: 1 });
  const provider = { ...world.provider, fetch: (request: Request) => world.provider.fetch(request) };
  const proxy = await startProxy({ directory, providers: [provider], faults: () => faults, recorder, speed: 1, latencyMs: 0 });
  let calls = 0;

  async function wrangler(...args: readonly string[]): Promise<Said> {
    calls += 1;
    const output = join(directory, `output-${calls}.ndjson`);
    const environment = {
      ...proxy.environment,
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: directory, CI: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', WRANGLER_LOG: 'log',
      WRANGLER_SEND_ERROR_REPORTS: 'false', FORCE_COLOR: '0', CLOUDFLARE_API_BASE_URL: 'https://api.cloudflare.com/client/v4', CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
      WRANGLER_OUTPUT_FILE_PATH: output,
      // A third of a start is the compiling of its 15 MB.
      NODE_COMPILE_CACHE: join(tmpdir(), 'twin-wrangler-compiled'),
    };
    const { code, out, err } = await execute([wranglerEntry(), ...args], environment, app);
    const lines = (await readFile(output, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    return { code, out, err, entry: (type) => entries.find((entry) => entry['type'] === type) };
  }

  async function make(command: readonly string[], type: string, sha: string, args: readonly string[]): Promise<string> {
    await build(sha);
    const said = await wrangler(...command, '--config', 'wrangler.json', '--env', 'production', '--tag', sha, ...args);
    if (said.code !== 0) throw new Error(`wrangler ${command.join(' ')}: ${said.out}${said.err}`);
    return String(said.entry(type)?.['version_id']);
  }

  async function build(sha: string): Promise<void> {
    for (const [name, text] of Object.entries(dashboard(sha))) {
      await mkdir(dirname(join(app, name)), { recursive: true });
      await writeFile(join(app, name), text);
    }
  }

  async function call(method: string, path: string, { body, token: other = token }: { body?: unknown; token?: string | null } = {}): Promise<{ status: number; code: number | undefined; result: unknown }> {
    const headers = other === null ? {} : { authorization: `Bearer ${other}` };
    const sent = body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) };
    const answer = await world.provider.fetch(new Request(`https://api.cloudflare.com/client/v4${path}`, { method, headers, ...sent }));
    const { errors, result } = (await answer.json()) as { errors: { code: number }[]; result: unknown };
    return { status: answer.status, code: errors[0]?.code, result };
  }

  async function seed(sha: string, bindings: readonly Record<string, unknown>[] = []): Promise<string> {
    const path = `/accounts/${ACCOUNT}/workers/scripts/shop-dashboard`;
    const form = new FormData();
    const metadata = {
      main_module: 'index.js', compatibility_date: '2026-10-01', annotations: { 'workers/tag': sha },
      bindings: [{ type: 'version_metadata', name: 'CF_VERSION_METADATA' }, ...bindings],
    };
    form.set('metadata', JSON.stringify(metadata));
    form.set('index.js', new File([worker(sha)], 'index.js', { type: 'application/javascript+module' }));
    const { result } = await call('PUT', path, { body: form });
    await call('PUT', `${path}/routes`, { body: [{ pattern: 'dashboard.shop.example/*', zone_name: 'shop.example' }] });
    return String((result as { deployment_id: unknown }).deployment_id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
  }

  return {
    get world() { return world; },
    directory,
    wrangler,
    build,
    ship: (sha, ...args) => make(['deploy'], 'deploy', sha, args),
    upload: (sha, ...args) => make(['versions', 'upload'], 'version-upload', sha, args),
    visit: async (path, headers = {}) => {
      const answer = await world.serve('dashboard.shop.example', new Request(`${ORIGIN}${path}`, { headers }));
      return { status: answer?.status ?? 0, text: (await answer?.text()) ?? '', version: answer?.headers.get('x-deploy-version') ?? null, headers: answer?.headers ?? new Headers() };
    },
    call,
    seed,
    requests: () => recorder.all(),
    strayCalls: () => recorder.strayCalls(),
    restart: async () => {
      await world.stop();
      world = open();
    },
    stop: async () => {
      await proxy.stop();
      await world.stop();
      await recorder.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The example shop's Dashboard after its build, in small: no_bundle, assets behind the Worker, a route by zone name. */
function dashboard(sha: string): Record<string, string> {
  const config = {
    name: 'shop-dashboard', main: 'dist/worker/index.js', no_bundle: true, compatibility_date: '2026-10-01', account_id: ACCOUNT, workers_dev: false, preview_urls: false, send_metrics: false,
    assets: { directory: 'dist/assets', binding: 'ASSETS', run_worker_first: true, not_found_handling: 'single-page-application' },
    env: {
      production: {
        name: 'shop-dashboard', routes: [{ pattern: 'dashboard.shop.example/*', zone_name: 'shop.example' }],
        vars: { API_ORIGIN: 'https://api.shop.example' }, version_metadata: { binding: 'CF_VERSION_METADATA' },
      },
    },
  };
  return {
    'wrangler.json': JSON.stringify(config),
    'dist/worker/index.js': worker(sha),
    'dist/assets/index.html': `<h1>Dashboard ${sha}</h1>`,
    'dist/assets/dashboard.js': 'console.log("the same in every revision")',
    'dist/assets/_headers': '/*\n  X-Frame-Options: DENY\n',
  };
}

const worker = (sha: string): string => `
async function answer(request, environment) {
  const { pathname } = new URL(request.url);
  if (pathname === '/__version') return Response.json({ sha: '${sha}', versionId: environment.CF_VERSION_METADATA.id, tag: environment.CF_VERSION_METADATA.tag, surface: 'dashboard' });
  if (pathname === '/settings.json') return Response.json({ origin: environment.API_ORIGIN, secret: environment.SECRET ?? null, other: environment.OTHER ?? null, url: request.url });
  if (pathname === '/outside') return fetch('https://example.org/');
  if (pathname === '/boom') throw new Error('boom');
  if (pathname === '/count') { const count = Number(await environment.CACHE.get('count') ?? 0) + 1; await environment.CACHE.put('count', String(count)); return Response.json({ count }); }
  return environment.ASSETS.fetch(request);
}
export default { async fetch(request, environment) {
  const response = new Response(...(await answer(request, environment).then((given) => [given.body, given])));
  response.headers.set('x-deploy-version', environment.CF_VERSION_METADATA.id);
  return response;
} };
`;

function wranglerEntry(): string {
  return join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'bin', 'wrangler.js');
}

function execute(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...args], { cwd, env, timeout: 60_000, maxBuffer: 10_000_000 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, out, err });
    });
    child.stdin?.end();
  });
}
