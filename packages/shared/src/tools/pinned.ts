import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../action/definition.ts';
import { UserError } from '../action/errors.ts';
import type { HttpClient, HttpResponse } from '../net/types.ts';
import { archiveStores, type StoredFrom } from './stores.ts';

export interface PinnedToolRequest {
  name: string;
  version: string;
  /** Of a .tar.gz archive. */
  url: string;
  /** Of the archive; '' or absent: by the checksums file. */
  sha256?: string | undefined;
  /** The release's own checksums: lines of `<sha256>  <file name>`. */
  checksumsUrl?: string | undefined;
  /** The program's path within the archive. */
  archiveEntry: string;
  http: HttpClient;
  log: Log;
  /** Where the program is unpacked: the action's `temporary`. */
  temporary: string;
  /** Of one download; default 120 s. */
  deadlineMs?: number;
}

export interface PinnedTool {
  path: string;
  source: StoredFrom | 'download';
  sha256: string;
}

/**
 * A program of exactly one version. The archive itself is what the caches keep, so that its digest is checked on every use,
 * whoever wrote the cache.
 */
export async function pinnedTool(tool: PinnedToolRequest): Promise<PinnedTool> {
  const sha256 = await wantedDigest(tool);
  const stores = archiveStores(tool, sha256);
  for (const store of stores) {
    const archive = await store.read();
    if (archive === null) continue;
    if (digestOf(await readFile(archive)) !== sha256) {
      tool.log.warning(`${tool.name} ${tool.version} from the ${store.from} does not have the digest ${sha256}; it is not used.`);
      continue;
    }
    tool.log.info(`${tool.name} ${tool.version} from the ${store.from}`);
    return { path: await unpack(tool, archive), source: store.from, sha256 };
  }
  const bytes = await download(tool, tool.url, 256 * 1024 * 1024);
  if (digestOf(bytes.bytes) !== sha256) throw new UserError(`${tool.url} has the SHA-256 ${digestOf(bytes.bytes)}, wanted is ${sha256}. Correct the digest in the configuration, or find out who changed the archive.`, { reasonCode: 'tool-digest-mismatch' });
  const archive = join(await mkdtemp(join(tool.temporary, `${tool.name}-`)), 'archive.tar.gz');
  await writeFile(archive, bytes.bytes);
  for (const store of stores) await store.write(archive);
  return { path: await unpack(tool, archive), source: 'download', sha256 };
}

async function wantedDigest(tool: PinnedToolRequest): Promise<string> {
  if (tool.sha256 !== undefined && tool.sha256 !== '') {
    tool.log.info(`${tool.name} ${tool.version}: digest ${tool.sha256} as given`);
    return tool.sha256;
  }
  if (tool.checksumsUrl === undefined) throw new UserError(`${tool.name} ${tool.version} has no SHA-256. Give one.`, { reasonCode: 'invalid-config' });
  const file = new URL(tool.url).pathname.split('/').at(-1) ?? '';
  const text = (await download(tool, tool.checksumsUrl, 1024 * 1024)).text();
  const line = text.split(/\r?\n/).map((one) => /^([0-9a-f]{64}) [ *](.+)$/.exec(one.trim())).find((match) => match?.[2] === file);
  if (line?.[1] === undefined) throw new UserError(`${tool.checksumsUrl} names no SHA-256 for ${file}. Give one in the configuration.`, { reasonCode: 'tool-unavailable' });
  tool.log.info(`${tool.name} ${tool.version}: digest ${line[1]} by the release's checksums file`);
  return line[1];
}

async function download(tool: PinnedToolRequest, url: string, maxBytes: number): Promise<HttpResponse> {
  const answer = await tool.http.request({ method: 'GET', url, redirect: 'follow', deadlineMs: tool.deadlineMs ?? 120_000, maxBytes });
  if (answer.kind === 'response' && answer.status === 200) return answer;
  const why = answer.kind === 'response' ? `the answer was ${answer.status}` : answer.message;
  throw new UserError(`${tool.name} ${tool.version} cannot be downloaded from ${url}: ${why}. Is the version right, and may this runner reach the host?`, { reasonCode: 'tool-unavailable' });
}

async function unpack(tool: PinnedToolRequest, archive: string): Promise<string> {
  const { extractTar } = await import('@actions/tool-cache');
  const folder = await mkdtemp(join(tool.temporary, `${tool.name}-${tool.version}-`));
  await mkdir(folder, { recursive: true });
  await extractTar(archive, folder, ['xz', '--no-same-owner']);
  const path = join(folder, tool.archiveEntry);
  const found = await lstat(path).catch(() => null);
  if (found?.isFile() !== true) throw new UserError(`${tool.url} holds no file ${tool.archiveEntry}.`, { reasonCode: 'tool-unavailable' });
  await chmod(path, 0o755);
  return path;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
