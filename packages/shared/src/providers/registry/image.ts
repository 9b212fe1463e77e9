import { z } from 'zod';
import type { Descriptor, Manifest } from './manifest.ts';

/** A manifest as it was served, byte for byte, with all that it names. */
export interface ImageNode {
  digest: string;
  mediaType: string;
  bytes: Uint8Array;
  manifest: Manifest;
  children: readonly ImageNode[];
}

const FLY_PLATFORM = { os: 'linux', architecture: 'amd64' } as const;

/** The image that Fly runs; of one without a platform in an index, the image itself. */
export function runnable(node: ImageNode): ImageNode | null {
  if (node.manifest.kind === 'image') return node;
  const wanted = node.manifest.children.find((child) => isPlatform(child, FLY_PLATFORM));
  return node.children.find((child) => child.digest === wanted?.digest) ?? null;
}

/** `os/architecture` of each image; attestations, which BuildKit files as unknown/unknown, are none. */
export function platformsOf(node: ImageNode): string[] {
  if (node.manifest.kind === 'image') return [];
  return [...new Set(node.manifest.children.flatMap(({ platform }) => (platform === null || platform.os === 'unknown' ? [] : [`${platform.os}/${platform.architecture}`])))];
}

/** Configs and layers of the whole tree, each once. */
export function blobsOf(node: ImageNode): Descriptor[] {
  const all = node.manifest.kind === 'image' ? [node.manifest.config, ...node.manifest.layers] : node.children.flatMap(blobsOf);
  return [...new Map(all.map((blob) => [blob.digest, blob])).values()];
}

/** By level, deepest first: a registry refuses a manifest whose parts it lacks. The top is left out. */
export function levelsBelow(node: ImageNode): ImageNode[][] {
  const levels: ImageNode[][] = [];
  for (let level = distinct(node.children); level.length > 0; level = distinct(level.flatMap(({ children }) => children))) levels.unshift(level);
  return levels;
}

function distinct(nodes: readonly ImageNode[]): ImageNode[] {
  return [...new Map(nodes.map((child) => [child.digest, child])).values()];
}

const config = z.object({ config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish() });

/** null: it is no image configuration. */
export function labelsOf(bytes: Uint8Array): Readonly<Record<string, string>> | null {
  try {
    return config.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).config?.Labels ?? {};
  } catch {
    return null;
  }
}

function isPlatform({ platform }: Descriptor, wanted: { os: string; architecture: string }): boolean {
  return platform?.os === wanted.os && platform.architecture === wanted.architecture;
}
