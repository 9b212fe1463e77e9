import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTwin, type Twin } from '@vendure-deploy/twin';
import { type ActionRun, startAction } from '../../src/index.ts';
import { subjectOf } from './actions.ts';
import { checkOut, config, makeHistory, shopFiles, workerOf } from './worker-world.ts';
import { REPOSITORY } from './world.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';

/** Two commits of a pull request, and one whose preview has production's KV namespace. */
const COMMITS = ['first', 'second', 'sharing'] as const;
type Commit = (typeof COMMITS)[number];

export interface Given {
  readonly commit?: Commit;
  readonly faults?: readonly string[];
  readonly inputs?: Readonly<Record<string, string>>;
  /** Of which repository the pull request is; null: nobody says it. */
  readonly from?: string | null;
  readonly event?: string;
}

export interface Ran {
  readonly main: ActionRun;
  readonly unfired: readonly string[];
  readonly strayCalls: readonly string[];
  readonly requests: number;
  /** Writes at Cloudflare and at GitHub, as `POST comments`. */
  readonly writes: readonly string[];
}

/** The twin with a Worker in production and a pull request with more comments than one page has, whose commits were built by the action itself. */
export interface PreviewStage extends AsyncDisposable {
  readonly twin: Twin;
  readonly sha: Readonly<Record<Commit, string>>;
  readonly deployed: readonly string[];
  run(operation: 'preview' | 'preview-delete', given?: Given): Promise<Ran>;
  /** Comments of the pull request that are not of the other people there. */
  comments(): readonly string[];
  workers(): readonly string[];
  token(permissions: Parameters<Twin['github']['issueToken']>[0]): string;
}

export async function openPreviewStage(): Promise<PreviewStage> {
  const directory = await mkdtemp(join(tmpdir(), 'acceptance-preview-'));
  const shop = join(directory, 'shop');
  const sha = await makeHistory(shop, COMMITS, (commit) => shopFiles({ config: withPreview(config()), wrangler: wranglerConfig(commit), worker: workerOf('COMMIT', commit) }));
  const twin = await startTwin({ directory: join(directory, 'twin'), speed: 10, suite: { repository: 'example/suite', directory: shop }, accountId: ACCOUNT, zones: [{ id: 'f'.repeat(32), name: 'shop.example' }], flyctlVersions: [] });
  await twin.github.createRepository(REPOSITORY, shop);
  const { folder } = subjectOf('cf-worker-deploy');
  const inputsOf = (commit: Commit): Record<string, string> => ({ environment: 'production', surface: 'dashboard', sha: sha[commit], 'artifact-directory': join(directory, 'artifacts', commit) });
  const workspaceOf = (commit: Commit): string => join(directory, 'checkouts', commit);
  for (const commit of COMMITS) {
    await checkOut(shop, sha[commit], workspaceOf(commit));
    const built = await startAction({ folder, workspace: workspaceOf(commit), inputs: { ...inputsOf(commit), operation: 'build' } });
    if (built.outputs['decision'] !== 'done') throw new Error(built.log);
  }
  const people = twin.github.issueToken({ 'pull-requests': 'write' }, 'reviewer');
  const workers = (): string[] => twin.cloudflare.inventory().workers.map(({ name }) => name).toSorted();
  await deployed(twin, 'shop-dashboard');
  await deployed(twin, 'shop-dashboard-pr-1');
  for (let count = 1; count <= 100; count += 1) await comment(twin, people, `remark ${count}`);
  const githubToken = twin.github.issueToken({ contents: 'read', 'pull-requests': 'write' });

  return {
    twin, sha, deployed: workers(), workers,
    token: (permissions) => twin.github.issueToken(permissions),
    comments: () => twin.github.comments(REPOSITORY, 12).filter(({ author }) => author !== 'reviewer').map(({ body }) => body),
    async run(operation, { commit = 'first', faults = [], inputs = {}, from = REPOSITORY, event = 'pull_request' } = {}) {
      const run = await twin.openRun({ faults, latencyMs: 0, lock: { repository: REPOSITORY, environment: 'production' } });
      const payload = join(directory, 'event.json');
      await writeFile(payload, JSON.stringify({ action: 'synchronize', number: 12, pull_request: { number: 12, head: { sha: sha[commit], repo: from === null ? null : { full_name: from } } } }));
      try {
        const main = await startAction({
          folder, workspace: workspaceOf(commit), environment: { ...run.environment, GITHUB_EVENT_NAME: event, GITHUB_EVENT_PATH: payload },
          inputs: { ...inputsOf(commit), operation, 'pull-request': '12', 'cloudflare-api-token': twin.credentials.cloudflareApiToken, 'github-token': githubToken, 'read-interval-seconds': '1', 'propagation-seconds': '20', ...inputs },
        });
        const writes = run.requests().filter(({ write, host }) => write && host.startsWith('api.'));
        return {
          main, requests: run.requests().length, strayCalls: run.strayCalls(),
          unfired: run.faultReport().filter(({ fired }) => fired === 0).map(({ rule }) => rule),
          writes: writes.map(({ method, path }) => `${method} ${(path.split('?')[0] ?? '').split('/').at(-1) ?? ''}`),
        };
      } finally {
        await run.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await twin.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function withPreview(text: string): string {
  return text.replace('        worker: shop-dashboard\n', '        worker: shop-dashboard\n        preview: { worker: shop-dashboard-pr, wrangler-environment: preview }\n');
}

function wranglerConfig(commit: Commit): string {
  const binding = { version_metadata: { binding: 'CF_VERSION_METADATA' } };
  return JSON.stringify({
    name: 'shop-dashboard', main: 'dist/index.js', no_bundle: true, compatibility_date: '2026-10-01', account_id: ACCOUNT, workers_dev: false, preview_urls: false, send_metrics: false,
    env: {
      production: { name: 'shop-dashboard', routes: [{ pattern: 'dashboard.shop.example/*', zone_name: 'shop.example' }], kv_namespaces: [{ binding: 'FLAGS', id: 'd'.repeat(32) }], ...binding },
      preview: { workers_dev: true, ...(commit === 'sharing' ? { kv_namespaces: [{ binding: 'FLAGS', id: 'd'.repeat(32) }] } : {}), ...binding },
    },
  });
}

/** As an earlier run left it. */
async function deployed(twin: Twin, worker: string): Promise<void> {
  const form = new FormData();
  form.set('metadata', JSON.stringify({ main_module: 'index.js', compatibility_date: '2026-10-01', annotations: { 'workers/tag': '0'.repeat(40) }, bindings: [] }));
  form.set('index.js', new File(['export default { fetch: () => new Response("x") };'], 'index.js', { type: 'application/javascript+module' }));
  const answer = await twin.cloudflare.provider.fetch(new Request(`https://api.cloudflare.com/client/v4/accounts/${ACCOUNT}/workers/scripts/${worker}`, { method: 'PUT', headers: { authorization: `Bearer ${twin.credentials.cloudflareApiToken}` }, body: form }));
  if (!answer.ok) throw new Error(await answer.text());
}

async function comment(twin: Twin, token: string, body: string): Promise<void> {
  const answer = await twin.github.provider.fetch(new Request(`https://api.github.com/repos/${REPOSITORY}/issues/12/comments`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ body }) }));
  if (answer.status !== 201) throw new Error(await answer.text());
}
