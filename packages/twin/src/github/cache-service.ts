import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { BLOB_HOST, createCacheBlobs } from './cache-blobs.ts';
import { type CacheEntries, openCacheEntries } from './cache-entries.ts';

const RESULTS_HOST = 'results-receiver.actions.githubusercontent.com';
const SERVICE = '/twirp/github.actions.results.api.v1.CacheService/';

const DEFAULT_BRANCH = 'refs/heads/main';

/** Where a run saves. */
interface Place {
  readonly repository: string;
  readonly ref: string;
}

const created = z.object({ key: z.string().max(512), version: z.string() });
// A 64-bit number is a text in the JSON form of protocol buffers.
const finished = created.extend({ size_bytes: z.coerce.number().default(0) });
const wanted = created.extend({ restore_keys: z.array(z.string()).default([]) });

export interface CacheService {
  claims(host: string): boolean;
  /** An upload, or an entry that comes to be; a look-up is a POST, too. */
  isWrite(request: Request): boolean;
  fetch(request: Request): Promise<Response>;
  /** What GitHub's runner gives the JavaScript actions of one run, so that they find the service and may use it. It saves on its own ref, and reads that and the default branch. */
  actionEnvironment(repository: string, ref?: string): Readonly<Record<string, string>>;
  readonly entries: CacheEntries;
  save(entry: Place & { readonly key: string; readonly version: string }): Promise<void>;
  /** An address that answers with the file's bytes, as the blob store signs one. */
  signedUrl(file: string): string;
}

/** The cache service (v2) as `@actions/cache` meets it: Twirp in JSON for the entries, signed URLs of a blob store for the bytes. */
export function createCacheService(folder: string): CacheService {
  const entries = openCacheEntries(folder);
  const blobs = createCacheBlobs();
  const runs = new Map<string, Place>();
  return {
    claims: (host) => host === RESULTS_HOST || host === BLOB_HOST,
    isWrite: ({ method, url }) => method === 'PUT' || (method === 'POST' && !url.endsWith('/GetCacheEntryDownloadURL')),
    fetch: (request) => (new URL(request.url).hostname === BLOB_HOST ? blobs.fetch(request) : twirp(request)),
    entries,
    async save({ key, ...scope }) {
      const id = entries.reserve(scope, key);
      if (id === null) throw new Error(`${key} is saved on ${scope.ref} already: an entry never changes`);
      await writeFile(entries.fileOf(id), key);
      await entries.finish(scope, key, Buffer.byteLength(key));
    },
    signedUrl: (file) => blobs.sign(file, 'read'),
    actionEnvironment(repository, ref = DEFAULT_BRANCH) {
      const token = runtimeToken(ref);
      runs.set(token, { repository, ref });
      return { ACTIONS_RESULTS_URL: `https://${RESULTS_HOST}/`, ACTIONS_RUNTIME_TOKEN: token, ACTIONS_CACHE_SERVICE_V2: 'True' };
    },
  };

  async function twirp(request: Request): Promise<Response> {
    const place = runs.get((request.headers.get('authorization') ?? '').replace(/^Bearer /u, ''));
    if (place === undefined) return refuse(401, 'unauthenticated', 'the runtime token is of no run');
    const { pathname } = new URL(request.url);
    const method = pathname.startsWith(SERVICE) ? pathname.slice(SERVICE.length) : '';
    const body: unknown = await request.json().catch(() => null);
    switch (method) {
      case 'CreateCacheEntry': return create(place, body);
      case 'FinalizeCacheEntryUpload': return finish(place, body);
      case 'GetCacheEntryDownloadURL': return find(place, body);
      default: return refuse(404, 'bad_route', `the twin knows no ${pathname}`);
    }
  }

  function create(place: Place, body: unknown): Response {
    const asked = created.safeParse(body);
    if (!asked.success) return malformed(asked.error);
    const { key, version } = asked.data;
    const id = entries.reserve({ ...place, version }, key);
    if (id === null) return refuse(409, 'already_exists', 'cache entry with the same key, version, and scope already exists');
    return Response.json({ ok: true, signed_upload_url: blobs.sign(entries.fileOf(id), 'write') });
  }

  async function finish(place: Place, body: unknown): Promise<Response> {
    const asked = finished.safeParse(body);
    if (!asked.success) return malformed(asked.error);
    const { key, version, size_bytes: size } = asked.data;
    const entry = await entries.finish({ ...place, version }, key, size);
    if (entry === null) return refuse(404, 'not_found', 'no upload of that key, version and size');
    return Response.json({ ok: true, entry_id: String(entry.id) });
  }

  function find({ repository, ref }: Place, body: unknown): Response {
    const asked = wanted.safeParse(body);
    if (!asked.success) return malformed(asked.error);
    const { key, version, restore_keys: prefixes } = asked.data;
    const entry = entries.find({ repository, version }, [...new Set([ref, DEFAULT_BRANCH])], [key, ...prefixes]);
    if (entry === null) return Response.json({ ok: false, signed_download_url: '', matched_key: '' });
    return Response.json({ ok: true, signed_download_url: blobs.sign(entries.fileOf(entry.id), 'read'), matched_key: entry.key });
  }
}

function malformed(error: z.ZodError): Response {
  return refuse(400, 'malformed', z.prettifyError(error));
}

function refuse(status: number, code: string, msg: string): Response {
  return Response.json({ code, msg }, { status });
}

/** As GitHub's is made: BuildKit refuses to use one without a beginning, an end and scopes (`ac`: 1 read, 2 write, 3 both). The signature is nobody's. */
function runtimeToken(ref: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { nbf: now, exp: now + 24 * 3600, ac: JSON.stringify([{ Scope: ref, Permission: 3 }]) };
  return `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}.${randomBytes(30).toString('base64url')}`;
}
