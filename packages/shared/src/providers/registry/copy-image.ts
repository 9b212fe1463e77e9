import type { HttpResult } from '../../net/index.ts';
import { copyBlob, CopyError, type BlobCopy, type BlobWay } from './blob.ts';
import { digestOf } from './digest.ts';
import { blobsOf, levelsBelow, type ImageNode } from './image.ts';
import { digestOfTag, hasBlob, SIDE_BY_SIDE, type Repository } from './look-up.ts';
import type { Descriptor } from './manifest.ts';
import { faultOf, isPassing, saidBy } from './retry.ts';
import { TRIES } from './session.ts';
import { sideBySide } from './side-by-side.ts';

export interface ImageCopy {
  image: ImageNode;
  source: Repository;
  destination: Repository;
  /** The destination by a login that may read the source as well. */
  mounter: Repository;
  /** In the destination; written last. */
  tag: string;
  isSameRegistry: boolean;
  signal: AbortSignal;
  clock: { now(): number };
  /** Right before the tag is written; what it throws ends the copy without it. */
  beforeTag?: (() => Promise<void>) | undefined;
  /** One line per blob: digest, bytes, way, milliseconds. */
  say(line: string): void;
}

export interface CopyCount {
  blobs: Record<BlobWay, number>;
  /** Bytes of each way; what was streamed went through us. */
  bytes: Record<BlobWay, number>;
  manifests: number;
}

export type CopyResult =
  | { kind: 'copied'; digest: string; count: CopyCount }
  /** Somebody put the tag on something else meanwhile; it was not touched. */
  | { kind: 'moved'; digest: string; count: CopyCount }
  /** The tag was not written; what was copied hangs on nothing. */
  | { kind: 'failed'; why: string; count: CopyCount }
  /** The tag was written, and could not be read back as it was meant. */
  | { kind: 'unproven'; why: string; count: CopyCount };

// Mounts are short and wait for the network; streams share its width (crane takes 4, skopeo 6).
const streamsAtOnce = 4;
const mostMissing = 3;

/**
 * Copies an image, or an index with all its images and attestations, byte for byte: blobs, then manifests from below, then the tag, then reads it back.
 * Until the tag is written a reader of the destination sees nothing of it.
 */
export async function copyImage(copy: ImageCopy): Promise<CopyResult> {
  const count: CopyCount = { blobs: { mounted: 0, streamed: 0, existed: 0 }, bytes: { mounted: 0, streamed: 0, existed: 0 }, manifests: 0 };
  const { image, destination, tag } = copy;
  try {
    const before = await allButTop(copy, count);
    if (before.kind === 'unknown') return { kind: 'failed', why: `what ${tag} names could not be read again: ${before.why}`, count };
    if (before.digest !== null && before.digest !== image.digest) return { kind: 'moved', digest: before.digest, count };
    await copy.beforeTag?.();
    await putManifest(copy, image, tag, count);
  } catch (error) {
    copy.signal.throwIfAborted();
    if (error instanceof CopyError) return { kind: 'failed', why: error.message, count };
    throw error;
  }
  const after = await digestOfTag(destination, tag);
  if (after.kind === 'unknown') return { kind: 'unproven', why: after.why, count };
  return after.digest === image.digest ? { kind: 'copied', digest: image.digest, count } : { kind: 'unproven', why: `${tag} names ${after.digest ?? 'nothing'} instead of ${image.digest}`, count };
}

/** @returns what the tag names right before it is written; beside the last manifests below it, which take as long as that read. */
async function allButTop(copy: ImageCopy, count: CopyCount): ReturnType<typeof digestOfTag> {
  const { image, destination, tag } = copy;
  if (copy.source.name === destination.name && copy.isSameRegistry) return digestOfTag(destination, tag);
  await copyBlobs(copy, blobsOf(image), count);
  const levels = levelsBelow(image);
  const putAll = (level: readonly ImageNode[] = []): Promise<void[]> => sideBySide(level, SIDE_BY_SIDE, (child) => putManifest(copy, child, child.digest, count));
  for (const level of levels.slice(0, -1)) await putAll(level);
  const [before] = await Promise.all([digestOfTag(destination, tag), putAll(levels.at(-1))]);
  return before;
}

/** Largest first: what takes longest begins soonest. */
async function copyBlobs(copy: ImageCopy, blobs: readonly Descriptor[], count: CopyCount): Promise<void> {
  const shared = blobCopy(copy, copy.isSameRegistry);
  await sideBySide(blobs.toSorted((a, b) => b.size - a.size), SIDE_BY_SIDE, async (blob) => {
    const began = copy.clock.now();
    const way = await copyBlob(shared, blob);
    count.blobs[way] += 1;
    count.bytes[way] += blob.size;
    copy.say(`${blob.digest} ${blob.size} bytes ${way} in ${copy.clock.now() - began} ms`);
  });
}

/** By digest or by tag, with the exact bytes. @throws {CopyError} */
async function putManifest(copy: ImageCopy, node: ImageNode, reference: string, count: CopyCount): Promise<void> {
  const { destination } = copy;
  for (let attempt = 1; ; attempt += 1) {
    const result = await destination.session.send({
      method: 'PUT', to: `/v2/${destination.name}/manifests/${reference}`, scope: destination.scope, headers: { 'content-type': node.mediaType }, body: node.bytes,
    });
    if (result.kind === 'response' && [200, 201, 202, 204].includes(result.status)) {
      const said = result.headers['docker-content-digest'];
      if (said !== undefined && said !== digestOf(node.bytes, said)) throw new CopyError(`the registry took ${node.digest} as ${said}`);
      count.manifests += 1;
      return;
    }
    if (attempt > mostMissing || !namesMissing(result)) throw new CopyError(`manifest ${node.digest}: ${saidBy(result)}`);
    // A mount that was no more than a promise, or a registry that is not of one mind yet: what is really missing is sent.
    const missing = await missingBlobs(destination, node);
    if (missing.length === 0 && (attempt >= TRIES || !await destination.session.pause(result, attempt))) throw new CopyError(`manifest ${node.digest}: ${saidBy(result)}`);
    const shared = blobCopy(copy, false);
    await sideBySide(missing, streamsAtOnce, async (blob) => {
      await copyBlob(shared, blob);
      count.bytes.streamed += blob.size;
      copy.say(`${blob.digest} ${blob.size} bytes streamed: its mount did not hold`);
    });
  }
}

function blobCopy({ source, destination, mounter, signal }: ImageCopy, mayMount: boolean): BlobCopy {
  return { source, destination, mounter, signal, mounts: { allowed: mayMount, refused: 0 }, streams: slots(streamsAtOnce) };
}

async function missingBlobs(destination: Repository, node: ImageNode): Promise<Descriptor[]> {
  const blobs = node.manifest.kind === 'image' ? [node.manifest.config, ...node.manifest.layers] : [];
  const there = await sideBySide(blobs, SIDE_BY_SIDE, (blob) => hasBlob(destination, blob.digest));
  return blobs.filter((_, index) => there[index] === 'no');
}

function namesMissing(result: HttpResult): boolean {
  return result.kind === 'response' && ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN'].includes(faultOf(result)?.code ?? '') && !isPassing(result);
}

/** So many at once; the others wait for their turn. */
function slots(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
