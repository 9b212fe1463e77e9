import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const SHA = 'a'.repeat(40);
const text = await readFile(join(import.meta.dirname, '../../../docs/workers.md'), 'utf8');
const [dashboard = '', storefront = ''] = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
const page = (): Response => new Response('<!doctype html>', { status: 200, headers: { 'content-type': 'text/html' } });

interface Worker {
  default: { fetch(request: Request, environment: unknown, context?: unknown): Promise<Response>; scheduled?: unknown };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docs-workers-'));
  await writeFile(join(folder, 'framework-output.js'), "export default { fetch: () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }), scheduled() {} };");
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(() => rm(folder, { recursive: true }));

test.each([['dashboard', dashboard], ['storefront', storefront]])('the documented %s keeps the contract of a Worker', async (surface, code) => {
  await writeFile(join(folder, `${surface}.js`), code.replaceAll('__SHA__', JSON.stringify(SHA)));
  const { default: worker } = (await import(join(folder, `${surface}.js`))) as Worker;
  const ask = (path: string): Promise<Response> => worker.fetch(new Request(`https://shop.example${path}`), { ASSETS: { fetch: () => Promise.resolve(page()) }, CF_VERSION_METADATA: { id: 'version-1' } });

  const version = await ask('/__version');
  expect(await version.json()).toEqual({ sha: SHA, versionId: 'version-1', surface });
  expect([version.headers.get('x-deploy-version'), version.headers.get('cache-control')]).toEqual(['version-1', 'no-store']);
  const home = await ask('/');
  expect([await home.text(), home.headers.get('x-deploy-version')]).toEqual(['<!doctype html>', 'version-1']);
});

test('each is ten lines or little more, and the Storefront leaves what else its framework exports', async () => {
  expect([dashboard, storefront].map((code) => code.trim().split('\n').length)).toEqual([10, 14]);
  const { default: worker } = (await import(join(folder, 'storefront.js'))) as Worker;
  expect(worker.scheduled).toBeInstanceOf(Function);
});
