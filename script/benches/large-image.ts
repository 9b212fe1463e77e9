import { createHash, randomBytes } from 'node:crypto';

interface LargeImage {
  readonly repository: string;
  readonly tag: string;
  readonly sha: string;
  /** Of its one layer. */
  readonly bytes: number;
}

/** Sends the layer as it is made, to a registry that asks for no login. */
export async function pushLarge(host: string, { repository, tag, sha, bytes }: LargeImage): Promise<void> {
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
