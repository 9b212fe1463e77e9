import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Log } from '@vendure-deploy/shared/action';
import { httpClient } from '@vendure-deploy/shared/net';
import { pinnedTool, type PinnedToolRequest } from '@vendure-deploy/shared/tools';

const said: string[] = [];
const take = (text: string): void => void said.push(text);
const log: Log = { info: take, warning: take, error: take, notice: take, debug: take, group: async (_title, work) => work() };
const folder = mkdtempSync(join(tmpdir(), 'pinned-'));
let server: Server;
let archive: Buffer;
let sha256: string;
let downloads = 0;

beforeAll(async () => {
  writeFileSync(join(folder, 'flyctl'), '#!/bin/sh\necho real\n');
  execFileSync('tar', ['czf', 'a.tar.gz', 'flyctl'], { cwd: folder });
  archive = readFileSync(join(folder, 'a.tar.gz'));
  sha256 = createHash('sha256').update(archive).digest('hex');
  server = createServer((request, response) => {
    if (request.url === '/checksums.txt') return response.end(`${'0'.repeat(64)}  other.tar.gz\n${sha256}  a.tar.gz\n`);
    if (request.url === '/moved/a.tar.gz') return response.writeHead(302, { location: '/a.tar.gz' }).end();
    downloads += 1;
    return response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  downloads = 0;
  said.length = 0;
  const run = mkdtempSync(join(folder, 'run-'));
  process.env['RUNNER_TEMP'] = run;
  process.env['RUNNER_TOOL_CACHE'] = join(run, 'tools');
  mkdirSync(join(run, 'tools'));
});

afterEach(() => {
  delete process.env['RUNNER_TEMP'];
  delete process.env['RUNNER_TOOL_CACHE'];
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function wanted(more: Partial<PinnedToolRequest> = {}): PinnedToolRequest {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { name: 'flyctl', version: '0.4.87', url: `${origin}/moved/a.tar.gz`, checksumsUrl: `${origin}/checksums.txt`, archiveEntry: 'flyctl', http: httpClient({ attempts: 1 }), log, temporary: process.env['RUNNER_TEMP'] ?? folder, ...more };
}

test('downloads once, then takes the archive from the tool cache and checks it again', async () => {
  const first = await pinnedTool(wanted());
  expect(first).toMatchObject({ source: 'download', sha256 });
  expect(execFileSync(first.path).toString()).toBe('real\n');
  expect(said.join('\n')).toContain("by the release's checksums file");
  expect(await pinnedTool(wanted({ sha256 }))).toMatchObject({ source: 'tool-cache', sha256 });
  expect(downloads).toBe(1);
});

test('an archive that was changed in the cache is not used', async () => {
  await pinnedTool(wanted());
  const cached = execFileSync('find', [process.env['RUNNER_TOOL_CACHE'] ?? '', '-name', 'archive.tar.gz']).toString().trim();
  writeFileSync(cached, 'poison');
  expect(await pinnedTool(wanted())).toMatchObject({ source: 'download', sha256 });
  expect(said.join('\n')).toContain('it is not used');
});

test.each<[string, Partial<PinnedToolRequest>, string]>([
  ['another digest', { sha256: 'f'.repeat(64) }, `wanted is ${'f'.repeat(64)}`],
  ['no line in the checksums', { url: 'http://127.0.0.1:1/b.tar.gz' }, 'names no SHA-256 for b.tar.gz'],
  ['a host that does not answer', { url: 'http://127.0.0.1:1/a.tar.gz', sha256: 'f'.repeat(64) }, 'cannot be downloaded'],
  ['another entry', { archiveEntry: 'bin/flyctl' }, 'holds no file bin/flyctl'],
])('%s is a sentence', async (_case, more, sentence) => {
  await expect(pinnedTool(wanted(more))).rejects.toThrow(sentence);
});
