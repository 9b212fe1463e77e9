import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installed } from '../conformance-tools.ts';

/** Debian's docker-registry on a free port of loopback, over plain http and without a login. */
export interface RealRegistry extends AsyncDisposable {
  readonly host: string;
  /** One layer of so many bytes, sent as it is made. */
  pushLarge(wanted: { repository: string; tag: string; sha: string; bytes: number }): Promise<void>;
}

/** null: it is not to be had, which is said. */
export async function openRealRegistry(directory: string, say: (line: string) => void): Promise<RealRegistry | null> {
  const found = await installed('docker-registry', say);
  if ('missing' in found) {
    say(found.missing);
    return null;
  }
  const host = `127.0.0.1:${await freePort()}`;
  await mkdir(directory, { recursive: true });
  const settings = join(directory, 'config.yml');
  await writeFile(settings, `version: 0.1\nlog: { level: error, accesslog: { disabled: true } }\nstorage: { filesystem: { rootdirectory: ${directory}/blobs }, delete: { enabled: true } }\nhttp: { addr: "${host}" }\n`);
  const child = spawn(found.path, ['serve', settings], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  for (let waited = 0; !(await answers(host)); waited += 50) {
    if (waited > 10_000 || child.exitCode !== null) throw new Error(`bench: docker-registry does not answer at ${host}`);
    await sleep(50);
  }
  return {
    host,
    pushLarge: (wanted) => pushLarge(host, wanted),
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

async function answers(host: string): Promise<boolean> {
  return fetch(`http://${host}/v2/`).then(({ status }) => status === 200, () => false);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function pushLarge(host: string, { repository, tag, sha, bytes }: Parameters<RealRegistry['pushLarge']>[0]): Promise<void> {
  const block = randomBytes(1024 * 1024);
  const blocks = Math.floor(bytes / block.length);
  const hash = createHash('sha256');
  for (let sent = 0; sent < blocks; sent += 1) hash.update(block);
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: `sha256:${hash.digest('hex')}`, size: blocks * block.length };
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', config: { Labels: { 'org.opencontainers.image.revision': sha } } }));
  const configDigest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
  const base = `http://${host}/v2/${repository}`;
  async function* body(): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent < blocks; sent += 1) yield await Promise.resolve(block);
  }
  await put(await sessionOf(base), configDigest, config);
  await put(await sessionOf(base), layer.digest, body());
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length }, layers: [layer] });
  const answer = await fetch(`${base}/manifests/${tag}`, { method: 'PUT', headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }, body: manifest });
  if (answer.status !== 201) throw new Error(`bench: the large image was not taken: ${answer.status}`);
}

async function sessionOf(base: string): Promise<string> {
  const answer = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  return answer.headers.get('location') ?? '';
}

async function put(location: string, digest: string, body: Buffer | AsyncIterable<Uint8Array>): Promise<void> {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  // Without a refused redirect and a window of null, fetch keeps a copy of the whole body.
  const streamed = { duplex: 'half', window: null, redirect: 'error' } as const;
  const answer = await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body: Buffer.isBuffer(body) ? new Uint8Array(body) : body, ...(Buffer.isBuffer(body) ? {} : streamed) });
  if (answer.status !== 201) throw new Error(`bench: a blob was not taken: ${answer.status} ${await answer.text()}`);
}
