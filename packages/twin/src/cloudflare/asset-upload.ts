import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Account } from './account.ts';
import { ok, Refusal } from './envelope.ts';
import { type Manifest, manifest } from './state.ts';

// A session's token is good for an hour (Cloudflare's documentation, "Direct upload").
const LIFETIME_S = 3600;
const claims = z.object({ session: z.string(), complete: z.boolean(), exp: z.number() });

/**
 * `POST …/assets-upload-session`: which of the manifest's files are not there yet, and a token for them.
 * When all are there the token already completes the upload.
 */
export function startAssetUpload(account: Account, script: string, body: unknown): Response {
  const parsed = z.object({ manifest }).safeParse(body);
  if (!parsed.success) throw new Refusal(400, 10021, `Invalid asset manifest: ${z.prettifyError(parsed.error)}`);
  const stray = Object.entries(parsed.data.manifest).find(([path, { hash }]) => decodeURIComponent(path).split('/').includes('..') || !/^[0-9a-f]{32}$/u.test(hash));
  if (stray !== undefined) throw new Refusal(400, 10021, `Invalid asset manifest: ${stray[0]}`);
  const session = randomUUID();
  const now = Date.now();
  const { uploads } = account.state;
  for (const [id, { startedAt }] of Object.entries(uploads)) if (now - startedAt > LIFETIME_S * 1000) delete uploads[id];
  uploads[session] = { script, manifest: parsed.data.manifest, startedAt: now };
  account.save();
  const missing = missingAssets(account, parsed.data.manifest);
  return ok({ jwt: sign(account, session, missing.length === 0), buckets: missing.length === 0 ? [] : [missing] });
}

/** `POST …/assets/upload?base64=true`, which a session's token opens: one part per file, named by its hash. The last missing one brings the completing token. */
export async function uploadAssets(account: Account, request: Request, token: string): Promise<Response> {
  const { session, upload } = open(account, token);
  const isBase64 = new URL(request.url).searchParams.get('base64') === 'true';
  for (const [hash, part] of await request.formData()) {
    const text = typeof part === 'string' ? part : null;
    const raw = text === null ? Buffer.from(await (part as File).arrayBuffer()) : Buffer.from(text);
    await putAsset(account, upload.manifest, hash, isBase64 ? Buffer.from(raw.toString('latin1'), 'base64') : raw);
  }
  const complete = missingAssets(account, upload.manifest).length === 0;
  return complete ? ok({ jwt: sign(account, session, true) }, { status: 201 }) : ok({}, { status: 202 });
}

/**
 * The files that a completed upload stands for.
 * @throws {Refusal} when the token is another script's, or files are still missing
 */
export function completedUpload(account: Account, script: string, token: string): Manifest {
  const { upload, complete } = open(account, token);
  if (upload.script !== script) throw invalid('it belongs to another Worker');
  if (!complete || missingAssets(account, upload.manifest).length > 0) throw invalid('its upload is not complete');
  return upload.manifest;
}

async function putAsset(account: Account, files: Manifest, hash: string, bytes: Uint8Array): Promise<void> {
  const file = Object.values(files).find((one) => one.hash === hash);
  if (file === undefined) throw invalid(`its manifest has no file ${hash}`);
  if (file.size !== bytes.length) throw invalid(`file ${hash} has ${bytes.length} bytes, its manifest says ${file.size}`);
  await account.content.putAsset(hash, bytes);
}

function missingAssets({ content }: Account, files: Manifest): string[] {
  return [...new Set(Object.values(files).map(({ hash }) => hash))].filter((hash) => !content.hasAsset(hash));
}

function sign({ state }: Account, session: string, complete: boolean): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ session, complete, exp: Math.floor(Date.now() / 1000) + LIFETIME_S })}`;
  return `${signed}.${createHmac('sha256', state.key).update(signed).digest('base64url')}`;
}

function open(account: Account, token: string): { session: string; complete: boolean; upload: { script: string; manifest: Manifest } } {
  const [header = '', payload = '', signature = ''] = token.split('.');
  if (createHmac('sha256', account.state.key).update(`${header}.${payload}`).digest('base64url') !== signature) throw invalid('it was not given by this account');
  const { session, complete, exp } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  const upload = account.state.uploads[session];
  if (upload === undefined || exp * 1000 < Date.now()) throw invalid('it has expired');
  return { session, complete, upload };
}

/** The code is ours. */
function invalid(why: string): Refusal {
  return new Refusal(400, 10021, `The token of the asset upload is not valid: ${why}.`);
}
