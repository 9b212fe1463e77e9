import { afterEach, beforeEach, expect, test } from '@jest/globals';

const SHA = 'a'.repeat(40);
const { default: storefront } = await import('../../../examples/shop/apps/storefront/src/worker.ts');
const asked: string[] = [];
const realFetch = globalThis.fetch;
let api: () => Promise<Response>;

beforeEach(() => {
  asked.length = 0;
  Reflect.set(globalThis, 'DEPLOY_SHA', SHA);
  globalThis.fetch = (input) => { asked.push(new Request(input).url); return api(); };
});
afterEach(() => { globalThis.fetch = realFetch; });

const visit = (path: string, notice: string | null = null): Promise<Response> =>
  storefront.fetch(new Request(`https://www.shop.example${path}`), { API_ORIGIN: 'https://api.shop.example', FLAGS: { get: (key: string) => Promise.resolve(key === 'maintenance' ? notice : null) }, CF_VERSION_METADATA: { id: 'version-1', tag: SHA, timestamp: '' } });

test.each<[string, () => Promise<Response>, string, string]>([
  ['answers', () => Promise.resolve(Response.json({ data: { products: { totalItems: 3 } } })), 'data-shop-api="answered"', '3 products.'],
  ['answers with errors, as Vendure does with HTTP 200', () => Promise.resolve(Response.json({ data: null, errors: [{ message: 'no database' }] })), 'data-shop-api="unreachable"', 'cannot be read'],
  ['does not answer', () => Promise.reject(new Error('connection refused')), 'data-shop-api="unreachable"', 'cannot be read'],
])('the page is rendered by a shop API that %s', async (_name, answer, marker, words) => {
  api = answer;
  const page = await visit('/');
  expect([page.status, page.headers.get('x-deploy-version')]).toEqual([200, 'version-1']);
  expect(await page.text()).toMatch(new RegExp(`${marker}[\\s\\S]*${words}`));
  expect(asked).toEqual(['https://api.shop.example/shop-api']);
});

test('in maintenance every page is the notice, asks nobody, and still says which version it is', async () => {
  api = () => Promise.reject(new Error('nobody asks'));
  const page = await visit('/', 'Back at <noon>');
  expect([page.status, page.headers.get('retry-after'), page.headers.get('x-deploy-version')]).toEqual([503, '60', 'version-1']);
  expect(await page.text()).toContain('Back at &lt;noon>');
  expect(await (await visit('/__version', 'Back at noon')).json()).toEqual({ sha: SHA, versionId: 'version-1', surface: 'storefront' });
  expect(asked).toEqual([]);
});
