import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Provider } from '../provider.ts';
import { access, type Challenge } from './access.ts';
import { json, refuse, warningOf } from './answers.ts';
import { answerBlob } from './blobs.ts';
import { digestOf, parseDigest } from './digest.ts';
import { imageDigest, type ImageConfig, type PackedImage, type StoredImage } from './image.ts';
import { findManifest, readManifest } from './manifest.ts';
import { answerManifest } from './manifests.ts';
import { bare, type Reach } from './reach.ts';
import { answerReferrers } from './referrers.ts';
import { type Route, routeOf } from './routes.ts';
import { scopesOf } from './scopes.ts';
import { storage, type Storage } from './storage.ts';
import { answerTags } from './tags.ts';
import { answerUpload, startUpload, type Uploads } from './uploads.ts';

export interface RegistryOptions {
  readonly directory: string;
  readonly token: string;
  /** What another token may do, for those that reach one app only. */
  readonly reachOf?: (token: string) => Reach;
  /** On Fly a repository exists only while its app does. Without this, every repository may be written. */
  readonly appExists?: (name: string) => boolean;
  /** Default `basic`, as Fly's. */
  readonly challenge?: Challenge;
  /** Locations of uploads carry a query that must come back, as docker-registry's do. Default false. */
  readonly uploadState?: boolean;
  /** Said with every answer that is no error, as a `Warning` header: a registry that will move, for one. */
  readonly announcement?: string;
  /** Milliseconds; tokens end by it. */
  readonly now?: () => number;
}

export interface RegistryWorld {
  readonly provider: Provider;
  /** By tag or digest; an index is followed to its linux/amd64 image. null when there is none. */
  image(wanted: { repository: string; reference: string }): Promise<StoredImage | null>;
  /** What a tag leads to, whatever a client was told. null when there is none. */
  digest(wanted: { repository: string; reference: string }): Promise<string | null>;
  /** Puts an image as a push would, without a request. @returns its digest */
  pushImage(repository: string, tag: string, image: PackedImage): Promise<string>;
  tags(repository: string): Promise<string[]>;
  stop(): Promise<void>;
}

export function createRegistryWorld(options: RegistryOptions): RegistryWorld {
  const store = storage(options.directory);
  const reachOf = (password: string): Reach => (password === bare(options.token) ? { kind: 'all' } : (options.reachOf?.(password) ?? { kind: 'none' }));
  const login = access({ challenge: options.challenge ?? 'basic', reachOf, now: options.now ?? Date.now });
  const stop = (): Promise<void> => Promise.resolve();
  return {
    provider: {
      name: 'registry',
      claims: (host) => host === 'registry.fly.io',
      isWrite: (request) => !['GET', 'HEAD', 'OPTIONS'].includes(request.method),
      fetch: (request) => answer(request),
      stop,
    },
    image: (wanted) => readImage(store, wanted.repository, wanted.reference),
    digest: async ({ repository, reference }) => (await findManifest(store, repository, reference))?.digest ?? null,
    pushImage: (repository, tag, image) => pushImage(store, repository, tag, image),
    tags: (repository) => store.tag.list(repository),
    stop,
  };

  async function answer(request: Request): Promise<Response> {
    const response = await answerTo(request);
    response.headers.set('docker-distribution-api-version', 'registry/2.0');
    if (options.announcement !== undefined && response.ok) response.headers.append('warning', warningOf([options.announcement]));
    return response;
  }

  async function answerTo(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const route = routeOf(url);
    if (route.kind === 'token') return login.token(request);
    const refusal = login.refusal(request, scopesOf(route, request.method, url));
    if (refusal !== null) return refusal;
    if (route.kind === 'version') return json({});
    if (route.kind === 'nothing') return refuse('NAME_UNKNOWN', 'repository name not known to registry');
    if (route.kind === 'bad-name') return refuse('NAME_INVALID', `invalid repository name ${route.repository}`);
    if (options.appExists?.(route.repository) === false) return refuse('NAME_UNKNOWN', 'app repository not found');
    return answerIn(route, request, url);
  }

  async function answerIn(route: InRepository, request: Request, url: URL): Promise<Response> {
    const { repository } = route;
    const mayRead = (other: string): boolean => login.allows(request, { repository: other, actions: ['pull'] });
    const uploads: Uploads = { store, repository, withState: options.uploadState ?? false, mayRead };
    switch (route.kind) {
      case 'blob': return answerBlob(store, request, repository, route.digest);
      case 'uploads': return startUpload(uploads, request, url);
      case 'upload': return answerUpload(uploads, request, url, route.session);
      case 'manifest': return answerManifest(store, request, repository, route.reference);
      case 'tags': return answerTags(store, request, url, repository);
      case 'referrers': return answerReferrers(store, request, url, route);
    }
  }
}

type InRepository = Exclude<Extract<Route, { repository: string }>, { kind: 'bad-name' }>;

const strings = z.array(z.string()).nullish().transform((value) => value ?? []);
const configShape = z.object({
  config: z.object({
    Env: strings, Entrypoint: strings, Cmd: strings,
    WorkingDir: z.string().nullish().transform((value) => value === undefined || value === null || value === '' ? '/' : value),
    Labels: z.record(z.string(), z.string()).nullish().transform((value) => value ?? {}),
  }),
});
const platformShape = z.object({ platform: z.object({ os: z.literal('linux'), architecture: z.literal('amd64') }) });

async function readImage(store: Storage, repository: string, reference: string): Promise<StoredImage | null> {
  const stored = await findManifest(store, repository, reference);
  const manifest = stored === null ? null : readManifest(stored.bytes);
  if (stored === null || manifest === null) return null;
  if (manifest.manifests !== undefined) {
    const child = manifest.manifests.find((entry) => platformShape.safeParse(entry).success);
    return child === undefined ? null : readImage(store, repository, child.digest);
  }
  const config = parseDigest(manifest.config?.digest ?? '');
  if (config === null) return null;
  const parsed: { config: ImageConfig } = configShape.parse(JSON.parse(await readFile(store.blob.path(config), 'utf8')));
  const layers = (manifest.layers ?? []).flatMap((layer) => {
    const digest = parseDigest(layer.digest);
    return digest === null ? [] : [store.blob.path(digest)];
  });
  return { digest: stored.digest, config: parsed.config, layers };
}

async function pushImage(store: Storage, repository: string, tag: string, image: PackedImage): Promise<string> {
  for (const layer of image.layers) {
    if (digestOf(layer.bytes).text !== layer.digest) throw new Error(`registry: layer ${layer.digest} holds other bytes`);
    await store.blob.put(repository, layer.bytes);
  }
  await store.blob.put(repository, image.config);
  const digest = imageDigest(image);
  await store.manifest.put(repository, { digest, mediaType: image.mediaType, bytes: image.manifest });
  await store.tag.put(repository, tag, digest);
  return digest;
}
