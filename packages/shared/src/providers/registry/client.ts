import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { HttpClient, HttpResponse, HttpResult } from '../../net/index.ts';
import type { Secret } from '../../secrets/index.ts';
import { authorized } from './authorization.ts';
import { registryOrigin, type ImageRepository } from './reference.ts';

export interface RegistryClientOptions {
  http: HttpClient;
  token: Secret;
  repository: ImageRepository;
}

/** `unknown` is not `absent`: who could not look must not build. */
export type ImageLookup =
  | { kind: 'present'; digest: string; labels: Readonly<Record<string, string>> }
  | { kind: 'absent' }
  | { kind: 'unknown'; why: string };

export type PushAccess = { kind: 'granted' } | { kind: 'refused'; why: string } | { kind: 'unknown'; why: string };

export interface RegistryClient {
  /** What a tag or a digest names: digest of the top manifest, labels of the linux/amd64 image. */
  lookUp(reference: string): Promise<ImageLookup>;
  /** Whether the login is taken for a push to the repository, without writing. */
  pushAccess(): Promise<PushAccess>;
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
// A manifest is at most 4 MiB by the distribution spec; a config has no bound, 8 MiB is far beyond any seen.
const manifestBytes = 4 * 1024 * 1024;
const configBytes = 8 * 1024 * 1024;

const descriptor = z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) });
const child = descriptor.extend({ platform: z.object({ os: z.string(), architecture: z.string() }).optional() });
const manifest = z.object({ config: descriptor.optional(), manifests: z.array(child).optional() });
const imageConfig = z.object({ config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish() });
const errors = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().default('') })).min(1) });

class Unknown extends Error {}

export function registryClient({ http, token, repository }: RegistryClientOptions): RegistryClient {
  const origin = registryOrigin(repository);
  const call = authorized({ http, token, host: repository.host, scope: `repository:${repository.name}:pull,push` });
  return { lookUp, pushAccess };

  async function lookUp(reference: string): Promise<ImageLookup> {
    try {
      const top = await readManifest(reference);
      if (top === null) return { kind: 'absent' };
      const image = top.manifest.manifests === undefined ? top : await imageOf(top.manifest.manifests);
      const config = image.manifest.config;
      if (config === undefined) return { kind: 'unknown', why: `the manifest of ${reference} names no config` };
      const labels = parse(await content(`blobs/${config.digest}`, config.digest, configBytes), imageConfig).config?.Labels;
      return { kind: 'present', digest: top.digest, labels: labels ?? {} };
    } catch (error) {
      if (error instanceof Unknown) return { kind: 'unknown', why: error.message };
      throw error;
    }
  }

  async function pushAccess(): Promise<PushAccess> {
    const result = await call({ method: 'GET', url: `${origin}/v2/` });
    if (result.kind === 'unreachable') return { kind: 'unknown', why: result.message };
    if (result.status < 300) return { kind: 'granted' };
    return { kind: result.status === 401 || result.status === 403 ? 'refused' : 'unknown', why: answerOf(result) };
  }

  type Found = { digest: string; manifest: z.infer<typeof manifest> };

  async function readManifest(reference: string): Promise<Found | null> {
    const result = await call({ method: 'GET', url: `${origin}/v2/${repository.name}/manifests/${reference}`, headers: { accept: manifestTypes }, maxBytes: manifestBytes });
    if (isAbsent(result)) return null;
    const bytes = bytesOf(result);
    const digest = digestOf(bytes);
    if (reference.startsWith('sha256:') && reference !== digest) throw new Unknown(`the registry answered ${reference} with the content of ${digest}`);
    return { digest, manifest: parse(bytes, manifest) };
  }

  async function imageOf(children: readonly z.infer<typeof child>[]): Promise<Found> {
    const wanted = children.find((one) => one.platform?.os === 'linux' && one.platform.architecture === 'amd64');
    if (wanted === undefined) throw new Unknown('the index names no linux/amd64 image');
    const found = await readManifest(wanted.digest);
    // "The tag resolves, its image is gone" happens in registries: nothing to build over.
    if (found === null) throw new Unknown(`the index names ${wanted.digest}, which the registry does not have`);
    return found;
  }

  async function content(path: string, digest: string, maxBytes: number): Promise<Uint8Array> {
    const bytes = bytesOf(await call({ method: 'GET', url: `${origin}/v2/${repository.name}/${path}`, redirect: 'follow', maxBytes }));
    if (digestOf(bytes) !== digest) throw new Unknown(`the registry answered ${digest} with other content`);
    return bytes;
  }
}

/** Fly says NAME_UNKNOWN "app repository not found" both for a missing app and while its registry is unwell: that is no absence. */
function isAbsent(result: HttpResult): boolean {
  if (result.kind !== 'response' || result.status !== 404) return false;
  const [error] = errorsOf(result);
  return error?.code === 'MANIFEST_UNKNOWN' || (error?.code === 'NAME_UNKNOWN' && !/app repository not found/i.test(error.message));
}

function bytesOf(result: HttpResult): Uint8Array {
  if (result.kind === 'unreachable') throw new Unknown(result.message);
  if (result.status >= 300) throw new Unknown(answerOf(result));
  return result.bytes;
}

function answerOf(result: HttpResponse): string {
  const [error] = errorsOf(result);
  return `the registry answered ${result.status}${error === undefined ? '' : ` ${error.code}: ${error.message}`}`;
}

function errorsOf(result: HttpResponse): { code: string; message: string }[] {
  try {
    return errors.parse(result.json()).errors;
  } catch {
    return [];
  }
}

function parse<T>(bytes: Uint8Array, shape: z.ZodType<T>): T {
  try {
    return shape.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    throw new Unknown('the registry answered in another shape');
  }
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
