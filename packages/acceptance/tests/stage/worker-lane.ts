import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startTwin, type Twin, type TwinRun } from '@vendure-deploy/twin';
import { type ActionRun, startAction, type StartOptions } from '../../src/index.ts';
import { subjectOf } from './actions.ts';
import { CONFIG_FILE } from './config.ts';
import { makeHistory, REPOSITORY } from './world.ts';

export const ACCOUNT = '0123456789abcdef0123456789abcdef';
const ZONE = { id: 'f'.repeat(32), name: 'shop.example' };
export const HOST = 'preview.shop.example';
export const PATTERN = `${HOST}/*`;
export const WORKER = 'shop-dashboard-preview';
export const OTHER = 'shop-landing';

export interface LaneStage extends AsyncDisposable {
  readonly twin: Twin;
  readonly sha: string;
  /** A token of a GitHub whose lock is free. */
  readonly githubToken: string;
  /** The world as a lane finds it: the Worker deployed without a way to it, another Worker with a route of its own, Access before the host. */
  reset(): Promise<Scene>;
}

export interface Scene {
  readonly versionId: string;
  /** Access's application before the host. */
  readonly app: string;
  readonly audience: string;
  readonly service: { readonly clientId: string; readonly clientSecret: string };
  open(given?: Given): Promise<Ended>;
  close(given?: Given): Promise<Ended>;
  /** The post step, with what the main step left. */
  post(state: Readonly<Record<string, string>>, given?: Given): Promise<Ended>;
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  upload(worker: string, script: string, tag: string): Promise<string>;
  /** A route of the zone, as anybody might create it. */
  route(pattern: string, worker: string): Promise<void>;
  /** Status, and the version that answers, of a visitor without credentials. */
  visit(path?: string): Promise<{ status: number; version: string | null }>;
}

export interface Given {
  readonly faults?: readonly string[];
  readonly inputs?: Readonly<Record<string, string>>;
  /** Lines of the configuration that are others. */
  readonly config?: (yaml: string) => string;
  readonly signals?: NonNullable<StartOptions['signals']>;
  readonly latencyMs?: number;
  /** Once the action has asked Cloudflare this. */
  readonly meanwhile?: { readonly asked: (method: string, path: string) => boolean; readonly act: () => unknown };
}

export interface Ended {
  readonly run: ActionRun;
  /** Calls that changed the account, as the proxy saw them. */
  readonly writes: readonly string[];
  readonly calls: readonly string[];
  readonly unfired: readonly string[];
}

export async function openLaneStage(): Promise<LaneStage> {
  const directory = await mkdtemp(join(tmpdir(), 'acceptance-lane-'));
  const checkout = join(directory, 'checkout');
  const { main: sha } = await makeHistory(checkout);
  const twin = await startTwin({ directory: join(directory, 'twin'), speed: 10, suite: { repository: 'example/suite', directory: checkout }, accountId: ACCOUNT, zones: [ZONE], flyctlVersions: [] });
  await twin.github.createRepository(REPOSITORY, checkout);
  return {
    twin,
    sha,
    githubToken: twin.github.issueToken({ contents: 'write', actions: 'read' }),
    reset: () => reset(twin, sha),
    async [Symbol.asyncDispose]() {
      await twin.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function reset(twin: Twin, sha: string): Promise<Scene> {
  const { cloudflare } = twin;
  const call: Scene['call'] = async (method, path, body) => {
    const sent = body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) };
    const answer = await cloudflare.provider.fetch(new Request(`https://api.cloudflare.com/client/v4${path}`, { method, headers: { authorization: `Bearer ${twin.credentials.cloudflareApiToken}` }, ...sent }));
    const { success, errors, result } = (await answer.json()) as { success: boolean; errors: unknown; result: unknown };
    if (!success) throw new Error(JSON.stringify(errors));
    return result;
  };
  const upload: Scene['upload'] = async (worker, script, tag) => {
    const form = new FormData();
    form.set('metadata', JSON.stringify({ main_module: 'index.js', compatibility_date: '2026-10-01', annotations: { 'workers/tag': tag }, bindings: [{ type: 'version_metadata', name: 'CF_VERSION_METADATA' }] }));
    form.set('index.js', new File([script], 'index.js', { type: 'application/javascript+module' }));
    await call('PUT', `/accounts/${ACCOUNT}/workers/scripts/${worker}`, form);
    return String(cloudflare.inventory().workers.find(({ name }) => name === worker)?.live?.versions[0]?.version_id);
  };
  for (const { name } of cloudflare.inventory().workers) await call('DELETE', `/accounts/${ACCOUNT}/workers/scripts/${name}`);
  for (const { id } of (await call('GET', `/accounts/${ACCOUNT}/access/apps`)) as { id: string }[]) cloudflare.access.removeApp(id);
  cloudflare.access.failOpen('never');
  const versionId = await upload(WORKER, workerOf(sha), sha);
  await upload(OTHER, workerOf('c'.repeat(40)), 'c'.repeat(40));
  const route: Scene['route'] = async (pattern, worker) => void (await call('POST', `/zones/${ZONE.id}/workers/routes`, { pattern, script: worker }));
  await route('www.shop.example/landing/*', OTHER);
  const app = cloudflare.access.addApp({ domains: [HOST], decisions: ['allow', 'non_identity'] });
  const service = cloudflare.access.issueServiceToken();
  const start = async (operation: string, { faults = [], inputs = {}, config = (yaml) => yaml, signals = [], latencyMs = 0, meanwhile }: Given, state?: Readonly<Record<string, string>>): Promise<Ended> => {
    const run: TwinRun = await twin.openRun({ faults, latencyMs, lock: { repository: REPOSITORY, environment: 'prod-preview' } });
    try {
      const asked = (): boolean => run.requests().some(({ method, path }) => meanwhile?.asked(method, path) === true);
      const watching = new AbortController();
      const watch = meanwhile === undefined ? Promise.resolve() : until(asked, watching.signal).then((seen) => (seen ? meanwhile.act() : undefined));
      const ended = await startAction({
        folder: subjectOf('cf-worker-deploy').folder,
        inputs: {
          operation, environment: 'prod-preview', surface: 'dashboard', sha, 'cloudflare-api-token': twin.credentials.cloudflareApiToken, 'access-client-id': service.clientId, 'access-client-secret': service.clientSecret,
          'propagation-seconds': '6', 'read-interval-seconds': '1', ...inputs,
        },
        environment: run.environment,
        files: { [CONFIG_FILE]: config(configOf()) },
        signals,
        ...(state === undefined ? {} : { state }),
      });
      watching.abort();
      await watch;
      const calls = run.requests().map(({ method, host, path }) => `${method} ${host}${path}`);
      return { run: ended, writes: run.requests().filter(({ write }) => write).map(({ method, path }) => `${method} ${path.replace('/client/v4', '')}`), calls, unfired: [...run.faultReport().filter(({ fired }) => fired === 0).map(({ rule }) => rule), ...run.strayCalls()] };
    } finally {
      await run.close();
    }
  };
  return {
    versionId,
    app: app.id,
    audience: app.aud,
    service,
    open: (given = {}) => start('open-lane', given),
    close: (given = {}) => start('close-lane', given),
    post: (state, given = {}) => start('open-lane', given, state),
    call,
    upload,
    route,
    async visit(path = '/__version') {
      const answer = await cloudflare.serve(HOST, new Request(`https://${HOST}${path}`));
      await answer?.arrayBuffer();
      return { status: answer?.status ?? 0, version: answer?.headers.get('x-deploy-version') ?? null };
    },
  };
}

async function until(truth: () => boolean, signal: AbortSignal): Promise<boolean> {
  while (!truth()) {
    if (signal.aborted) return false;
    await setTimeout(5);
  }
  return true;
}

export function workerOf(sha: string, answer = "pathname === '/__version' ? Response.json({ sha: SHA, versionId: id, surface: 'dashboard' }) : new Response('<h1>Preview</h1>')"): string {
  return `const SHA = '${sha}';
export default { async fetch(request, environment) {
  const { pathname } = new URL(request.url);
  const { id } = environment.CF_VERSION_METADATA;
  const response = ${answer};
  response.headers.set('x-deploy-version', id);
  response.headers.set('cache-control', 'no-store');
  return response;
} };
`;
}

function configOf(): string {
  return `schema-version: 1
environments:
  prod-preview:
    sla-seconds: 900
    default-branch-only: false
    surfaces:
      dashboard:
        worker: ${WORKER}
        directory: apps/dashboard
        wrangler-config: apps/dashboard/wrangler.jsonc
        account-id: ${ACCOUNT}
        public-url: https://${HOST}
        version-path: /__version
        install: [pnpm, install]
        build: [pnpm, build]
        artifact: [apps/dashboard/dist]
        route: { zone: shop.example, pattern: "${PATTERN}" }
        access: { team: shop-example, paths: [/assets/app.js] }
tools:
  wrangler: { range: ">=4.130.0 <5" }
`;
}
