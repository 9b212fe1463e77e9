import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/registry/digest.ts';
import { createRegistryWorld, type PackedImage, type RegistryOptions, type RegistryWorld } from '../../src/registry/index.ts';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

export interface Asked {
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly directory: string;
  readonly registry: RegistryWorld;
  /** With the login that reaches everything, unless `headers` has another `authorization`; '' is none. */
  call(method: string, path: string, asked?: Asked): Promise<Response>;
  putBlob(repository: string, content: string): Promise<string>;
  putManifest(repository: string, reference: string, manifest: object, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** A registry without a listener, in a folder that is removed afterwards. */
export async function withRegistry(options: Partial<RegistryOptions>, proof: (stage: Stage) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'registry-'));
  const registry = createRegistryWorld({ directory, token: 'secret', ...options });
  const call: Stage['call'] = async (method, path, { body, headers } = {}) => {
    const all = { authorization: basic('secret'), ...headers };
    return registry.provider.fetch(new Request(new URL(path, 'https://registry.example'), { method, headers: all, ...(body === undefined ? {} : { body: Buffer.from(body) }) }));
  };
  try {
    await proof({
      directory, registry, call,
      putBlob: async (repository, content) => {
        const digest = sha256(content);
        const { status } = await call('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: content });
        if (status !== 201) throw new Error(`The blob was not taken: ${status}.`);
        return digest;
      },
      putManifest: (repository, reference, manifest, headers = {}) =>
        call('PUT', `/v2/${repository}/manifests/${reference}`, { body: JSON.stringify({ schemaVersion: 2, ...manifest }), headers: { 'content-type': MANIFEST, ...headers } }),
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export function basic(password: string): string {
  return `Basic ${Buffer.from(`x:${password}`).toString('base64')}`;
}

export function sha256(content: string | Uint8Array): string {
  return digestOf(Buffer.from(content)).text;
}

/** What the answer says of itself: its status, and the code and message of its first error. */
export async function said(answer: Response): Promise<{ status: number; code: string; message: string }> {
  const [first] = ((await answer.json()) as { errors: { code: string; message: string }[] }).errors;
  return { status: answer.status, code: first?.code ?? '', message: first?.message ?? '' };
}

/** An image of one layer, which is `content`. */
export function imageOf(content: string | Uint8Array): PackedImage {
  const layer = Buffer.from(content);
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', config: {} }));
  const [layerDigest, configDigest] = [layer, config].map(sha256);
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layerDigest, size: layer.length }],
  }));
  return { mediaType: MANIFEST, manifest, config, layers: [{ digest: layerDigest ?? '', bytes: layer }] };
}
