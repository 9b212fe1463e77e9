import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MiniflareOptions, NoOpLog, Response as WorkerResponse } from 'miniflare';
import type { Content } from './content.ts';
import type { Binding, Version } from './state.ts';

/** Where a Worker's own calls lead: nothing but the twin. */
export type Outbound = (request: Request) => Promise<Response>;

type WorkerConfig = NonNullable<NonNullable<MiniflareOptions['workers']>[number]['config']>;
type Environment = NonNullable<WorkerConfig['env']>;
type Modules = NonNullable<WorkerConfig['manifest']>['modules'];

interface Place {
  readonly content: Content;
  readonly outbound: Outbound;
  /** A folder for this version's assets, made anew. */
  readonly assets: string;
  /** What the Workers of all versions have put into KV and R2. */
  readonly stored: string;
}

/** A version as workerd is to run it. */
export async function workerdOptions(version: Version, { content, outbound, assets, stored }: Place): Promise<MiniflareOptions> {
  await mkdir(stored, { recursive: true });
  await layAssets(version, content, assets);
  return {
    host: '127.0.0.1',
    port: 0,
    // Otherwise it would fetch a description of a real request from Cloudflare.
    cf: false,
    log: new NoOpLog(),
    handleStructuredLogs: () => undefined,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    resourcePersistencePath: stored,
    workers: [{
      config: {
        name: 'worker',
        compatibilityDate: version.compatibilityDate,
        compatibilityFlags: version.compatibilityFlags,
        manifest: { mainModule: version.mainModule ?? STUB, modulesRoot: '/', modules: await modulesOf(version, content) },
        env: Object.fromEntries(version.bindings.map((binding) => [binding.name, environmentOf(binding, version)])),
        ...(version.assets === null ? {} : { assets: assetsOf(version, assets) }),
      },
      dev: { unsafeRegisterWorker: false, outboundService: { type: 'fetcher', handler: async (request) => toWorker(await outbound(await fromWorker(request))) } },
    }],
  };
}

// A Worker that only has assets has no module, but workerd wants one.
const STUB = 'no-module.js';

async function modulesOf(version: Version, content: Content): Promise<Modules> {
  if (version.mainModule === null) return { [STUB]: { type: 'esm', contents: 'export default {};' } };
  const entries = await Promise.all(version.modules.map(async ({ name, type, content: key }) => {
    const bytes = await content.readModule(key);
    return [name, { type, contents: type === 'data' || type === 'wasm' ? new Uint8Array(bytes) : bytes.toString('utf8') }] as const;
  }));
  return Object.fromEntries(entries);
}

function environmentOf(binding: Binding, version: Version): Environment[string] {
  const { type, text, namespace_id: namespace, bucket_name: bucket, json } = binding;
  switch (type) {
    case 'plain_text':
    case 'secret_text': return { type: 'text', value: String(text) };
    case 'json': return { type: 'json', value: json as never };
    // The runtime's own binding would invent an id.
    case 'version_metadata': return { type: 'json', value: { id: version.id, tag: version.annotations['workers/tag'] ?? '', timestamp: version.createdOn } };
    case 'assets': return { type: 'assets' };
    case 'kv_namespace': return { type: 'kv', id: String(namespace) };
    case 'r2_bucket': return { type: 'r2', name: String(bucket) };
    default: throw new Error(`The twin cannot give a Worker a binding of type ${type}.`);
  }
}

function assetsOf({ assets, mainModule }: Version, directory: string): NonNullable<WorkerConfig['assets']> {
  const { not_found_handling: notFound, html_handling: html, run_worker_first: first } = assets?.config ?? {};
  return {
    directory,
    hasUserWorker: mainModule !== null,
    ...(notFound === undefined ? {} : { notFoundHandling: notFound }),
    ...(html === undefined ? {} : { htmlHandling: html }),
    ...(first === undefined ? {} : { runWorkerFirst: first }),
  };
}

/**
 * `_headers` and `_redirects` are no files of the manifest: they travel in the upload's metadata. Each of these files is there, if only empty:
 * Miniflare knows a missing one by its error's class, which is another one in a test runner's realm.
 */
async function layAssets({ assets }: Version, content: Content, directory: string): Promise<void> {
  if (assets === null) return;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const [path, { hash }] of Object.entries(assets.manifest)) await content.layAsset(hash, join(directory, decodeURIComponent(path)));
  await writeFile(join(directory, '_headers'), assets.config._headers ?? '');
  await writeFile(join(directory, '_redirects'), assets.config._redirects ?? '');
  await writeFile(join(directory, '.assetsignore'), '');
}

type WorkerRequest = Parameters<Extract<NonNullable<NonNullable<NonNullable<MiniflareOptions['workers']>[number]['dev']>['outboundService']>, { type: 'fetcher' }>['handler']>[0];

async function fromWorker(request: WorkerRequest): Promise<Request> {
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  return new Request(request.url, { method: request.method, headers: [...request.headers], body });
}

async function toWorker(response: Response): Promise<WorkerResponse> {
  const body = response.body === null ? null : new Uint8Array(await response.arrayBuffer());
  return new WorkerResponse(body, { status: response.status, headers: [...response.headers] });
}
