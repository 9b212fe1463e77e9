import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf } from '../registry/digest.ts';
import { imageDigest, type PackedImage } from '../registry/index.ts';
import { Refusal } from './refusal.ts';

export interface PushedImage {
  readonly name: string;
  readonly digest: string;
}

/** Blobs first, then the manifest under its tag, over HTTP as any client does it; plain http only to loopback. */
export async function pushImage(name: string, image: PackedImage): Promise<PushedImage> {
  const { host, repository, tag } = reference(name);
  const origin = `${/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) ? 'http' : 'https'}://${host}`;
  const login = await loginOf(host);
  const send = async (method: string, url: string, body?: Uint8Array, contentType = 'application/octet-stream'): Promise<Response> =>
    fetch(url, {
      method, redirect: 'manual', signal: AbortSignal.timeout(60_000),
      headers: { ...(login === null ? {} : { authorization: `Basic ${login}` }), ...(body === undefined ? {} : { 'content-type': contentType }) },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    }).catch((error: unknown) => { throw new Refusal(`failed to push ${name}: failed to do request: ${method} "${url}": ${causeOf(error)}`); });
  const base = `${origin}/v2/${repository}`;
  for (const blob of [...image.layers, { digest: digestOf(image.config).text, bytes: image.config }]) {
    const head = await send('HEAD', `${base}/blobs/${blob.digest}`);
    if (head.status === 200) continue;
    if (head.status !== 404) await failed(name, head);
    const start = await send('POST', `${base}/blobs/uploads/`);
    const location = start.headers.get('location');
    if (start.status !== 202 || location === null) await failed(name, start);
    const place = new URL(location ?? '', `${base}/`);
    place.searchParams.set('digest', blob.digest);
    const put = await send('PUT', place.href, blob.bytes);
    if (put.status !== 201) await failed(name, put);
  }
  const put = await send('PUT', `${base}/manifests/${tag}`, image.manifest, image.mediaType);
  if (put.status !== 201) await failed(name, put);
  return { name, digest: imageDigest(image) };
}

function reference(name: string): { host: string; repository: string; tag: string } {
  const match = /^(?<host>[^/]+)\/(?<repository>[^:@]+)(?::(?<tag>[\w][\w.-]{0,127}))?$/.exec(name)?.groups;
  const [host, repository] = [match?.['host'], match?.['repository']];
  if (host === undefined || repository === undefined || !/[.:]|^localhost$/.test(host)) throw new Refusal(`invalid tag "${name}": the stand-in needs host/repository:tag`);
  return { host, repository, tag: match?.['tag'] ?? 'latest' };
}

const errorsShape = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string() })) });

/** buildx prints a registry's error as `unknown: <message>` for codes that it has no words for. */
async function failed(name: string, response: Response): Promise<never> {
  const text = await response.text();
  let said = `unexpected status from ${response.url}: ${response.status} ${response.statusText}`;
  try {
    const [first] = errorsShape.parse(JSON.parse(text)).errors;
    if (first !== undefined) said = `${first.code === 'UNAUTHORIZED' ? 'unauthorized' : 'unknown'}: ${first.message}`;
  } catch { /* not an OCI answer: the status is all there is to say */ }
  throw new Refusal(`failed to push ${name}: ${said}`);
}

const configShape = z.object({ auths: z.record(z.string(), z.object({ auth: z.string().optional() })).optional() });

async function loginOf(host: string): Promise<string | null> {
  const file = join(process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const { auths = {} } = configShape.parse(JSON.parse(text));
  return (auths[host] ?? auths[`https://${host}`] ?? auths[`https://${host}/v2/`])?.auth ?? null;
}

function causeOf(error: unknown): string {
  return error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
}
