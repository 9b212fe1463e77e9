import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGithubWorld } from '../../src/github/index.ts';
import type { Came } from './cache-client.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let archive: string;
const bytes = randomBytes(9_000_000);
beforeAll(async () => {
  stage = await openStage();
  archive = join(stage.directory, 'archive.bin');
  await mkdir(join(stage.directory, 'temp'));
});
afterAll(() => stage.stop());

test('the real client: miss, save, hit with the same bytes, no second save, and a hit by prefix', async () => {
  expect(await client('restore', archive, 'tool-1')).toMatchObject({ hit: null });
  await writeFile(archive, bytes);
  expect(await client('save', archive, 'tool-1')).toMatchObject({ id: 1 });
  await rm(archive);
  expect(await client('restore', archive, 'tool-1')).toMatchObject({ hit: 'tool-1' });
  expect(Buffer.compare(await readFile(archive), bytes)).toBe(0);

  await writeFile(archive, 'something else');
  expect(await client('save', archive, 'tool-1')).toMatchObject({ id: -1, said: expect.stringContaining('Unable to reserve cache with key tool-1') });
  expect(await client('save', archive, 'tool-2')).toMatchObject({ id: 2 });
  expect(await client('restore', archive, 'other', 'tool-')).toMatchObject({ hit: 'tool-2', bytes: Buffer.from('something else').toString('base64') });
  expect(await client('restore', archive, 'tool-1')).toMatchObject({ hit: 'tool-1', bytes: bytes.toString('base64') });
});

test('what is saved is a record at GitHub, and no write', () => {
  const changed = stage.recorder.all().filter(({ write }) => write).map(({ method, path }) => `${method} ${path.replace(/[^/]*$/u, (last) => (method === 'PUT' ? '…' : last))}`);
  const save = ['CreateCacheEntry', 'PUT /actions-cache/…', 'FinalizeCacheEntryUpload'].map((one) => (one.startsWith('PUT') ? one : `POST /twirp/github.actions.results.api.v1.CacheService/${one}`));
  expect(changed).toEqual([...save, ...save]);
  expect({ records: stage.recorder.records(), writes: stage.recorder.writes(), stray: stage.recorder.strayCalls() }).toEqual({ records: 6, writes: 0, stray: [] });
});

test('a kept world keeps it; another repository, another path and an unknown token have nothing of it', async () => {
  const again = createGithubWorld({ directory: stage.directory });
  const find = async (environment: Readonly<Record<string, string>>, version: string): Promise<number | boolean> => {
    const url = new URL('/twirp/github.actions.results.api.v1.CacheService/GetCacheEntryDownloadURL', environment['ACTIONS_RESULTS_URL']);
    const answer = await again.provider.fetch(new Request(url, { method: 'POST', headers: { authorization: `Bearer ${environment['ACTIONS_RUNTIME_TOKEN'] ?? ''}` }, body: JSON.stringify({ key: 'tool-1', version }) }));
    return answer.status === 200 ? ((await answer.json()) as { ok: boolean }).ok : answer.status;
  };
  const [{ version }] = JSON.parse(await readFile(join(stage.directory, 'github/cache/entries.json'), 'utf8')) as [{ version: string }];
  const shop = again.actionEnvironment('example/shop');
  expect([await find(shop, version), await find(shop, 'of other paths'), await find(again.actionEnvironment('example/other'), version), await find({ ...shop, ACTIONS_RUNTIME_TOKEN: 'ghr_x' }, version)]).toEqual([true, false, false, 401]);
});

test('a file that comes in blocks is put together in the order of its list; a URL does one thing only', async () => {
  const { ACTIONS_RESULTS_URL: service = '', ACTIONS_RUNTIME_TOKEN: token = '' } = stage.github.actionEnvironment('example/shop');
  const twirp = async (method: string, body: unknown): Promise<Record<string, unknown>> => {
    const request = new Request(`${service}twirp/github.actions.results.api.v1.CacheService/${method}`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
    return (await (await stage.github.provider.fetch(request)).json()) as Record<string, unknown>;
  };
  const put = async (url: string, query: string, body: string): Promise<number> => (await stage.github.provider.fetch(new Request(`${url}${query}`, { method: 'PUT', body }))).status;
  const upload = String((await twirp('CreateCacheEntry', { key: 'large', version: 'v' }))['signed_upload_url']);
  expect(await twirp('CreateCacheEntry', { key: 'large', version: 'v' })).toMatchObject({ code: 'already_exists' });
  expect([await put(upload, '&comp=block&blockid=Mg%3D%3D', 'world'), await put(upload, '&comp=block&blockid=MQ%3D%3D', 'hello ')]).toEqual([201, 201]);
  expect(await put(upload, '&comp=blocklist', '<?xml version="1.0"?><BlockList><Latest>MQ==</Latest><Latest>Mg==</Latest></BlockList>')).toBe(201);
  expect(await twirp('FinalizeCacheEntryUpload', { key: 'large', version: 'v', size_bytes: '12' })).toMatchObject({ code: 'not_found' });
  expect(await twirp('FinalizeCacheEntryUpload', { key: 'large', version: 'v', size_bytes: '11' })).toMatchObject({ ok: true });
  const download = String((await twirp('GetCacheEntryDownloadURL', { key: 'lar', version: 'v' }))['signed_download_url']);
  const range = await stage.github.provider.fetch(new Request(download, { headers: { 'x-ms-range': 'bytes=6-' } }));
  expect([range.status, range.headers.get('content-range'), await range.text()]).toEqual([206, 'bytes 6-10/11', 'world']);
  expect([await put(download, '', 'x'), (await stage.github.provider.fetch(new Request(upload))).status]).toEqual([403, 403]);
});

/** As an action has it: the proxy, the runner's folders, and the variables for JavaScript actions. */
async function client(...args: readonly string[]): Promise<Came & { readonly said: string }> {
  const env = {
    ...stage.proxy.environment, ...stage.github.actionEnvironment('example/shop'), PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: stage.directory, GITHUB_WORKSPACE: stage.directory, RUNNER_TEMP: join(stage.directory, 'temp'),
  };
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'cache-client.ts'), ...args], { env, timeout: 50_000, maxBuffer: 64 * 1024 * 1024 });
  const lines = stdout.trimEnd().split('\n');
  return { ...(JSON.parse(lines.at(-1) ?? '') as Came), said: stdout };
}
