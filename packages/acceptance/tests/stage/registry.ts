import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpClient } from '@vendure-deploy/shared/net';
import { loginOf, parseImageRepository, registries, type RegistryClient } from '@vendure-deploy/shared/providers/registry';
import { Secret } from '@vendure-deploy/shared/secrets';
import { type ServedRegistry, serveRegistry, type ServeRegistryOptions } from '@vendure-deploy/twin';

export const TOKEN = 'fm2_registry-token';
export const SHA = 'a'.repeat(40);
const OCI = 'application/vnd.oci.image';
const headersOf = (token: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` });

/** A registry's folder, which several servers may serve one after the other, each with faults of its own. */
export interface RegistryFolder extends AsyncDisposable {
  readonly directory: string;
  serve(options?: Partial<ServeRegistryOptions>): Promise<ServedRegistry>;
  /** Without faults, and unseen by what serves it now. */
  quietly<T>(work: (origin: string) => Promise<T>): Promise<T>;
}

export async function openRegistryFolder(): Promise<RegistryFolder> {
  const directory = await mkdtemp(join(tmpdir(), 'acceptance-registry-'));
  const serve: RegistryFolder['serve'] = (options = {}) => serveRegistry({ directory, token: TOKEN, speed: 1_000, ...options });
  return {
    directory, serve,
    async quietly(work) {
      await using server = await serve();
      return await work(server.origin);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

export interface Pushed {
  readonly digest: string;
  /** Of configs and layers, each once. */
  readonly blobs: readonly string[];
  readonly bytes: number;
}

export interface Wanted {
  repository: string;
  tag: string;
  /** Bytes of each layer. */
  layers?: readonly number[];
  sha?: string;
  /** BuildKit's attestation beside the image, both in an index. */
  attested?: boolean;
  token?: string;
}

/** Pushes an image of random layers with nothing but fetch: what our client makes of it is held against this. */
export async function push(origin: string, { repository, tag, layers = [3_000, 200, 10], sha = SHA, attested = false, token = TOKEN }: Wanted): Promise<Pushed> {
  const login = headersOf(token);
  const blobs: Described[] = [];
  const blob = async (bytes: Buffer, mediaType: string): Promise<Described> => {
    const descriptor = describe(bytes, mediaType);
    blobs.push(descriptor);
    const opened = await fetch(`${origin}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers: login });
    await expectStatus(202, opened);
    const place = new URL(opened.headers.get('location') ?? '', origin);
    place.searchParams.set('digest', descriptor.digest);
    await expectStatus(201, await fetch(place, { method: 'PUT', headers: login, body: new Uint8Array(bytes) }));
    return descriptor;
  };
  const manifest = async (body: object, mediaType: string, reference?: string): Promise<Described> => {
    // Spaces that no serializer would write: only the exact bytes have this digest.
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...body }, null, 3));
    const descriptor = describe(bytes, mediaType);
    await expectStatus(201, await fetch(`${origin}/v2/${repository}/manifests/${reference ?? descriptor.digest}`, { method: 'PUT', headers: { ...login, 'content-type': mediaType }, body: new Uint8Array(bytes) }));
    return descriptor;
  };
  const config = await blob(Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', config: { Labels: { 'org.opencontainers.image.revision': sha }, Env: [randomBytes(4).toString('hex')] } })), `${OCI}.config.v1+json`);
  const made = [];
  for (const size of layers) made.push(await blob(randomBytes(size), `${OCI}.layer.v1.tar+gzip`));
  const image = await manifest({ config, layers: made }, `${OCI}.manifest.v1+json`, attested ? undefined : tag);
  let top = image;
  if (attested) {
    const statement = await manifest({ config: await blob(Buffer.from('{"architecture":"unknown","os":"unknown"}'), `${OCI}.config.v1+json`), layers: [await blob(Buffer.from('{"predicate":{}}'), 'application/vnd.in-toto+json')] }, `${OCI}.manifest.v1+json`);
    top = await manifest({ manifests: [{ ...image, platform: { os: 'linux', architecture: 'amd64' } }, { ...statement, platform: { os: 'unknown', architecture: 'unknown' }, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }] }, `${OCI}.index.v1+json`, tag);
  }
  return { digest: top.digest, blobs: blobs.map(({ digest }) => digest), bytes: blobs.reduce((sum, { size }) => sum + size, 0) };
}

/** Every digest below what a reference names, itself first, each read and hashed anew; null: there is no such thing, or a part of it is gone or another. */
export async function treeOf(origin: string, repository: string, reference: string): Promise<string[] | null> {
  const answer = await fetch(`${origin}/v2/${repository}/manifests/${reference}`, { headers: { ...headersOf(TOKEN), accept: `${OCI}.index.v1+json, ${OCI}.manifest.v1+json` } });
  if (answer.status !== 200) return null;
  const bytes = Buffer.from(await answer.arrayBuffer());
  const { manifests = [], config, layers = [] } = JSON.parse(bytes.toString('utf8')) as { manifests?: Described[]; config?: Described; layers?: Described[] };
  const below = await Promise.all(manifests.map(({ digest }) => treeOf(origin, repository, digest)));
  const blobs = await Promise.all([...(config === undefined ? [] : [config]), ...layers].map(async ({ digest }) => {
    const blob = await fetch(`${origin}/v2/${repository}/blobs/${digest}`, { headers: headersOf(TOKEN) });
    return blob.status === 200 && digestOf(Buffer.from(await blob.arrayBuffer())) === digest ? [digest] : null;
  }));
  const all = [...below, ...blobs];
  return all.includes(null) ? null : [digestOf(bytes), ...all.flatMap((part) => part ?? [])];
}

export interface Opened {
  client(host: string, repository: string, token?: string): RegistryClient;
  readonly waits: number[];
  readonly lines: string[];
  readonly warnings: string[];
}

/** Our client, with waits that take no time. */
export function openClient({ signal = new AbortController().signal }: { signal?: AbortSignal } = {}): Opened {
  const waits: number[] = [];
  const warnings: string[] = [];
  let passed = 0;
  const clock = { now: () => Date.now() + passed, sleep: (ms: number) => { waits.push(ms); passed += ms; return Promise.resolve(); } };
  const open = registries({ http: httpClient({ signal }), clock, random: () => 0.5, signal, warn: (text) => warnings.push(text) });
  return { waits, warnings, lines: [], client: (host, repository, token = TOKEN) => open(parseImageRepository(`${host}/${repository}`), loginOf(new Secret(token))) };
}

interface Described {
  mediaType: string;
  digest: string;
  size: number;
}

function describe(bytes: Buffer, mediaType: string): Described {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function expectStatus(status: number, answer: Response): Promise<void> {
  if (answer.status !== status) throw new Error(`${answer.url} answered ${answer.status}: ${await answer.text()}`);
}
