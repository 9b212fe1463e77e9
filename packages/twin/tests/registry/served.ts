import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ServedRegistry, serveRegistry, type ServeRegistryOptions } from '../../src/world/serve-registry.ts';
import { basic, imageOf, MANIFEST, sha256 } from './stage.ts';

const MIB = 1024 * 1024;

export interface Served {
  readonly registry: ServedRegistry;
  /** Of the image `staging:v1`. */
  readonly digest: string;
  readonly layer: { readonly digest: string; readonly bytes: Uint8Array };
  /** A Bearer token for `staging` and `production`. */
  readonly token: string;
  tokenFor(...scopes: string[]): Promise<string>;
  get(path: string, method?: string): Promise<Response>;
  /** Asks for the layer of `staging` in `production`. */
  mount(token?: string, from?: string): Promise<Response>;
  startUpload(): Promise<string>;
  put(location: string, bytes: Uint8Array): Promise<Response>;
  /** Streams so many MiB of zeros, with curl. @returns status 0 where there was no answer */
  sendBig(location: string, mebibytes: number): Promise<{ status: number; sent: number }>;
  /** With curl, too. @returns the bytes that came */
  fetchBig(path: string): Promise<number>;
}

/** A registry on a port of its own, with one image in it. */
export async function withServed(options: Partial<ServeRegistryOptions>, proof: (served: Served) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'served-'));
  try {
    await using registry = await serveRegistry({ directory, token: 'secret', ...options });
    const image = imageOf(randomBytes(1000));
    const [layer = { digest: '', bytes: new Uint8Array() }] = image.layers;
    const digest = await registry.world.pushImage('staging', 'v1', image);
    await proof({ registry, digest, layer, ...(await clientOf(registry, layer.digest, options.challenge ?? 'basic')) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function clientOf({ origin }: ServedRegistry, layer: string, challenge: string): Promise<Omit<Served, 'registry' | 'digest' | 'layer'>> {
  const tokenFor: Served['tokenFor'] = async (...scopes) => {
    const url = new URL('/token', origin);
    for (const scope of scopes) url.searchParams.append('scope', scope);
    return ((await (await fetch(url, { headers: { authorization: basic('secret') } })).json()) as { token: string }).token;
  };
  // Asked for by form, so that a fault of GET /token meets only what a test asks.
  const form = new URLSearchParams({ grant_type: 'password', password: 'secret', scope: 'repository:staging:pull,push repository:production:pull,push' });
  const { token } = challenge === 'basic' ? { token: '' } : ((await (await fetch(`${origin}/token`, { method: 'POST', body: form })).json()) as { token: string });
  const authorization = challenge === 'basic' ? basic('secret') : `Bearer ${token}`;
  const send = (method: string, path: string, { body, login = authorization }: { body?: Buffer; login?: string } = {}): Promise<Response> =>
    fetch(new URL(path, origin), { method, headers: { accept: MANIFEST, authorization: login }, ...(body === undefined ? {} : { body }) });
  return {
    token, tokenFor,
    get: (path, method = 'GET') => send(method, path),
    mount: (other, from = 'staging') => send('POST', `/v2/production/blobs/uploads/?mount=${layer}&from=${from}`, other === undefined ? {} : { login: `Bearer ${other}` }),
    startUpload: async () => (await send('POST', '/v2/production/blobs/uploads/')).headers.get('location') ?? '',
    put: (location, bytes) => send('PUT', withDigest(location, sha256(bytes)), { body: Buffer.from(bytes) }),
    sendBig: (location, mebibytes) => sendBig(new URL(location, origin), mebibytes, authorization),
    fetchBig: async (path) => Number(await curl('%{size_download}', '-H', `authorization: ${authorization}`, new URL(path, origin).href)),
  };
}

function withDigest(location: string, digest: string): string {
  return `${location}&digest=${digest}`;
}

/** The digest of that many MiB of zeros. */
export function zeros(mebibytes: number): string {
  const hash = createHash('sha256');
  for (const block = Buffer.alloc(MIB); mebibytes > 0; mebibytes -= 1) hash.update(block);
  return `sha256:${hash.digest('hex')}`;
}

/** By curl: nock, which every test file has, makes something of this process's own sockets that takes a body of any size at once. */
async function sendBig(url: URL, mebibytes: number, authorization: string): Promise<{ status: number; sent: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'big-'));
  try {
    const file = join(directory, 'zeros');
    await writeFile(file, '');
    await truncate(file, mebibytes * MIB);
    url.searchParams.set('digest', zeros(mebibytes));
    const [status = 0, sent = 0] = (await curl('%{http_code} %{size_upload}', '-H', `authorization: ${authorization}`, '-T', file, url.href)).split(' ').map(Number);
    return { status, sent };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** What `write` says of the exchange, whether or not it ended well. */
async function curl(write: string, ...args: string[]): Promise<string> {
  return promisify(execFile)('curl', ['-sS', '-o', '/dev/null', '-w', write, ...args], { env: { PATH: '/usr/bin:/bin' } }).then(({ stdout }) => stdout, ({ stdout }: { stdout: string }) => stdout);
}

/** Until it is so; 20 s are for machines that do other things as well. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const started = performance.now(); !await isSo(); await sleep(5)) {
    if (performance.now() - started > 20_000) throw new Error('It did not become so in 20 s.');
  }
}
