import { z } from 'zod';
import { DIGEST } from './digest.ts';

export interface Descriptor {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
  platform: { os: string; architecture: string } | null;
  /** Its content is elsewhere by its licence; no registry has it. */
  foreign: boolean;
}

export type Manifest =
  | { kind: 'index'; children: readonly Descriptor[] }
  | { kind: 'image'; config: Descriptor; layers: readonly Descriptor[] };

export type Parsed = { kind: 'manifest'; manifest: Manifest } | { kind: 'refused'; why: string };

const INDEX_TYPES: readonly string[] = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'];
const IMAGE_TYPES: readonly string[] = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];

/** All four in one header: a registry that has what is not accepted says 404 (measured with 2.8.2), which would be a false absence. */
export const ACCEPT = [...INDEX_TYPES, ...IMAGE_TYPES].join(', ');
/** 4 MiB, what the distribution spec asks of registries. */
export const MANIFEST_BYTES = 4 * 1024 * 1024;

const descriptor = z.object({
  mediaType: z.string().default(''),
  digest: z.string().regex(DIGEST),
  size: z.int().nonnegative(),
  urls: z.array(z.string()).nullish(),
  platform: z.object({ os: z.string(), architecture: z.string() }).nullish(),
}).transform(({ urls, platform, ...rest }): Descriptor => ({ ...rest, platform: platform ?? null, foreign: (urls ?? []).length > 0 || /nondistributable|\.foreign\./.test(rest.mediaType) }));
const shape = z.object({
  schemaVersion: z.number().optional(),
  mediaType: z.string().optional(),
  manifests: z.array(descriptor).optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
});

/** @param given the media type by which it was served or named; '' when that is not known */
export function parseManifest(bytes: Uint8Array, given: string): Parsed {
  const read = shape.safeParse(jsonOf(bytes));
  if (!read.success) return refused(`its manifest is not as the OCI image spec has it (${read.error.issues[0]?.path.join('.') ?? ''})`);
  const { schemaVersion, mediaType = given.split(';')[0]?.trim() ?? '', manifests, config, layers } = read.data;
  if (schemaVersion === 1) return refused('it is of Docker schema 1, which no registry keeps any more; build it anew');
  if (manifests !== undefined && config === undefined) return IMAGE_TYPES.includes(mediaType) ? refused('it calls itself an image and is an index') : { kind: 'manifest', manifest: { kind: 'index', children: manifests } };
  if (config === undefined || layers === undefined || manifests !== undefined) return refused('it is neither an image nor an index of images');
  return INDEX_TYPES.includes(mediaType) ? refused('it calls itself an index and is an image') : { kind: 'manifest', manifest: { kind: 'image', config, layers } };
}

/** What a PUT has to say: what the manifest says of itself, else how it was served. */
export function mediaTypeOf(bytes: Uint8Array, served: string): string {
  return shape.safeParse(jsonOf(bytes)).data?.mediaType ?? served.split(';')[0]?.trim() ?? '';
}

function refused(why: string): Parsed {
  return { kind: 'refused', why };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
}
