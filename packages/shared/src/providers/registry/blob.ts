import type { Download, HttpResponse, HttpResult, Unreachable } from '../../net/index.ts';
import { mayLead } from '../../net/index.ts';
import { chunksOf } from './chunks.ts';
import { digestText, hashLike } from './digest.ts';
import { hasBlob, type Repository } from './look-up.ts';
import type { Descriptor } from './manifest.ts';
import { collectBuffersEarly } from './memory.ts';
import { faultOf, isAppUnknown, isPassing, saidBy } from './retry.ts';
import { TRIES } from './session.ts';

export type BlobWay = 'mounted' | 'streamed' | 'existed';

/** Why a blob did not get there; the message names it. */
export class CopyError extends Error {}

export interface BlobCopy {
  source: Repository;
  destination: Repository;
  /** The destination by a login that may read the source as well. */
  mounter: Repository;
  /** A mount is tried only within one registry, and not any more after two refusals. */
  mounts: { allowed: boolean; refused: number };
  /** Runs a stream when one of its slots is free. */
  streams: <T>(work: () => Promise<T>) => Promise<T>;
  signal: AbortSignal;
}

const mostRefusals = 2;
// A proxy that refuses a large body takes parts of this size (Cloudflare: 100 MB; nginx's default is 1 MiB, which no registry works behind).
const chunkBytes = 32 * 1024 * 1024;
const farewellMs = 2_000;

/** Brings one blob from one repository to another: by a mount, which moves no byte, else through us. @throws {CopyError} */
export async function copyBlob(copy: BlobCopy, blob: Descriptor): Promise<BlobWay> {
  const session = copy.mounts.allowed && copy.mounts.refused < mostRefusals ? await mount(copy, blob) : null;
  return session === 'mounted' ? 'mounted' : copy.streams(() => stream(copy, blob, session));
}

/** A URL: the mount was refused with a session, to which the blob may be sent. null: it was refused without one. */
async function mount({ source, destination, mounter, mounts }: BlobCopy, { digest }: Descriptor): Promise<'mounted' | URL | null> {
  const query = new URLSearchParams({ mount: digest, from: source.name });
  const both = [...destination.scope, `repository:${source.name}:pull`];
  const to = `/v2/${destination.name}/blobs/uploads/?${query.toString()}`;
  let result = await mounter.session.send({ method: 'POST', to, scope: both });
  // A token server may drop the second scope, and Harbor says 401 for a project that it does not know.
  if (result.kind === 'response' && [401, 403].includes(result.status)) result = await destination.session.send({ method: 'POST', to, scope: destination.scope });
  if (result.kind === 'response' && isAppUnknown(faultOf(result))) throw new CopyError(saidBy(result));
  if (result.kind === 'response' && result.status === 201) {
    const said = result.headers['docker-content-digest'];
    if (said !== undefined && said !== digest) throw new CopyError(`the registry mounted ${said} instead of ${digest}`);
    return 'mounted';
  }
  mounts.refused += 1;
  return result.kind === 'response' && result.status === 202 ? placeOf(result, destination) : null;
}

async function stream(copy: BlobCopy, blob: Descriptor, opened: URL | null): Promise<BlobWay> {
  collectBuffersEarly();
  const { destination } = copy;
  if (blob.foreign) throw new CopyError(`its layer ${blob.digest} may not be copied by its licence: no registry has it`);
  let place = opened;
  let chunked = false;
  for (let attempt = 1; ; attempt += 1) {
    if (await hasBlob(destination, blob.digest) === 'yes') {
      await abandon(destination, place);
      // After a first try it is there by that: its answer was lost.
      return attempt === 1 ? 'existed' : 'streamed';
    }
    place ??= await openSession(destination);
    const ended = await send(copy, blob, place, chunked).catch((error: unknown) => {
      if (error instanceof CopyError) return error;
      throw error;
    });
    if (ended === 'sent') return 'streamed';
    await abandon(destination, place);
    if (ended instanceof CopyError) throw ended;
    place = null;
    if (ended.kind === 'response' && ended.status === 413 && !chunked) {
      chunked = true;
      attempt -= 1;
      continue;
    }
    copy.signal.throwIfAborted();
    const again = isPassing(ended) || (ended.kind === 'response' && ['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID'].includes(faultOf(ended)?.code ?? ''));
    if (!again || attempt >= TRIES || !await destination.session.pause(ended, attempt)) throw new CopyError(`layer ${blob.digest}: ${saidBy(ended)}`);
  }
}

async function openSession(destination: Repository): Promise<URL> {
  const result = await destination.session.send({ method: 'POST', to: `/v2/${destination.name}/blobs/uploads/`, scope: destination.scope });
  if (result.kind !== 'response' || result.status !== 202) throw new CopyError(saidBy(result));
  return placeOf(result, destination);
}

/** One try: the source is read, hashed and sent on at once. */
async function send(copy: BlobCopy, blob: Descriptor, place: URL, chunked: boolean): Promise<'sent' | HttpResult> {
  const { source, destination } = copy;
  const from = await source.session.download({ to: `/v2/${source.name}/blobs/${blob.digest}`, scope: source.scope });
  if (from.kind === 'unreachable') return from;
  if (from.status !== 200) return refusalOf(from);
  try {
    const body = verified(from.body, blob);
    const result = chunked ? await inChunks(destination, place, body, blob.size) : await whole(destination, place, body, blob);
    return result;
  } catch (error) {
    if (error instanceof CopyError) throw error;
    return { kind: 'unreachable', reason: 'reset', message: `layer ${blob.digest}: its source broke off (${error instanceof Error ? error.message : String(error)})` };
  } finally {
    from.body.destroy();
  }

  async function whole({ session, scope }: Repository, at: URL, body: AsyncIterable<Uint8Array>, { size }: Descriptor): Promise<'sent' | HttpResult> {
    return committed(await session.upload({ method: 'PUT', to: withDigest(at), scope, body, length: size }));
  }

  async function inChunks({ session, scope }: Repository, first: URL, body: AsyncIterable<Uint8Array>, size: number): Promise<'sent' | HttpResult> {
    let at = first;
    let sent = 0;
    for await (const chunk of chunksOf(body, size, chunkBytes)) {
      const range = { 'content-range': `${sent}-${sent + chunk.length - 1}` };
      const result = await session.upload({ method: 'PATCH', to: at.href, scope, headers: range, body: chunk.body, length: chunk.length });
      if (result.kind !== 'response' || ![201, 202].includes(result.status)) return result;
      at = placeOf(result, destination);
      sent += chunk.length;
    }
    return committed(await session.send({ method: 'PUT', to: withDigest(at), scope, retry: false, headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array() }));
  }

  function withDigest(at: URL): string {
    const url = new URL(at.href);
    url.searchParams.set('digest', blob.digest);
    return url.href;
  }

  function committed(result: HttpResult): 'sent' | HttpResult {
    return result.kind === 'response' && [201, 204].includes(result.status) ? 'sent' : result;
  }
}

/** The bytes of a source, the last of them held back until all are known to be right: a wrong blob never ends as a whole request. */
async function* verified(body: AsyncIterable<Uint8Array>, { digest, size }: Descriptor): AsyncGenerator<Uint8Array> {
  const hash = hashLike(digest);
  let count = 0;
  let held: Uint8Array | null = null;
  for await (const chunk of body) {
    hash.update(chunk);
    count += chunk.length;
    if (count > size) throw new CopyError(`layer ${digest} has more than its ${size} bytes at its source`);
    if (held !== null) yield held;
    held = chunk;
  }
  // A connection that ends early looks like the end of the body.
  if (count < size) throw new Error(`${count} of ${size} bytes came`);
  const read = digestText(hash, digest);
  if (read !== digest) throw new CopyError(`layer ${digest} came from its source as ${read}: bytes were changed on the way, or in the registry`);
  if (held !== null) yield held;
}

async function refusalOf({ status, headers, body }: Download): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (Buffer.concat(chunks).length > 64 * 1024) break;
  }
  const bytes = Buffer.concat(chunks);
  return { kind: 'response', status, headers, bytes, text: () => bytes.toString('utf8'), json: () => JSON.parse(bytes.toString('utf8')) as unknown };
}

/** Where an upload goes on. @throws {CopyError} a public registry does not send our bytes to an address of the inside */
function placeOf(result: HttpResponse | Unreachable, { session }: Repository): URL {
  const location = result.kind === 'response' ? result.headers['location'] : undefined;
  const origin = new URL(session.origin);
  if (location === undefined || !URL.canParse(location, origin.href)) throw new CopyError('the registry opened an upload without saying where');
  const url = new URL(location, origin);
  if (!mayLead(origin, url) || (url.protocol !== 'https:' && url.protocol !== origin.protocol)) throw new CopyError(`the registry wants the upload sent to ${url.host}, which is not followed`);
  return url;
}

/** Best effort, also after a cancel: a session that nobody ends keeps its bytes at the registry for a week. */
async function abandon({ session, scope }: Repository, place: URL | null): Promise<void> {
  if (place === null) return;
  await session.send({ method: 'DELETE', to: place.href, scope, retry: false, signal: AbortSignal.timeout(farewellMs) });
}
