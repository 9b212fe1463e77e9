import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** An OCI layout in `directory`: an index of two platforms, with three layers each. @returns the index's digest */
export async function writeLayout(directory: string): Promise<string> {
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true });
  const manifests = await Promise.all(['amd64', 'arm64'].map(async (architecture) => ({ ...(await image(architecture)), platform: { os: 'linux', architecture } })));
  const top = await blob(INDEX, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const named = { ...top, annotations: { 'org.opencontainers.image.ref.name': 'v1' } };
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [named] }));
  return top.digest;

  async function image(architecture: string): Promise<Descriptor> {
    const archives = [1, 2, 3].map(() => archive(randomBytes(300_000)));
    const layers = await Promise.all(archives.map((tar) => blob(LAYER, gzipSync(tar))));
    const config = await blob(CONFIG, JSON.stringify({ os: 'linux', architecture, config: {}, rootfs: { type: 'layers', diff_ids: archives.map(digestOf) } }));
    return blob(MANIFEST, JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers }));
  }

  async function blob(mediaType: string, content: string | Buffer): Promise<Descriptor> {
    const digest = digestOf(content);
    await writeFile(join(directory, 'blobs', digest.replace(':', '/')), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  }
}

function digestOf(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** A tar archive (ustar) with one file. */
function archive(content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write('file');
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        0ustar\x0000', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc(512 - (content.length % 512) + 1024)]);
}
