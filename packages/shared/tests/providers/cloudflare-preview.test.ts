import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import nock from 'nock';
import { httpClient } from '../../src/net/index.ts';
import { cloudflarePreviewClient, previewName } from '../../src/providers/cloudflare/index.ts';
import { Secret } from '../../src/secrets/index.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const WORKERS = `/client/v4/accounts/${ACCOUNT}/workers`;
const client = cloudflarePreviewClient({ http: httpClient({ attempts: 1 }), token: new Secret('cf-token-value'), accountId: ACCOUNT });
const api = () => nock('https://api.cloudflare.com', { reqheaders: { authorization: 'Bearer cf-token-value' } });
const ok = (result: unknown) => ({ success: true, errors: [], messages: [], result });
const fault = (code: number) => ({ success: false, errors: [{ code, message: 'no' }], messages: [], result: null });

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => nock.enableNetConnect());

test('the name of the account on workers.dev is read; an account without one is told apart', async () => {
  api().get(`${WORKERS}/subdomain`).reply(200, ok({ subdomain: 'shop-example' }));
  expect(await client.accountSubdomain()).toBe('shop-example');
  api().get(`${WORKERS}/subdomain`).reply(404, fault(10_007));
  await expect(client.accountSubdomain()).rejects.toMatchObject({ code: 'not-found' });
  api().get(`${WORKERS}/subdomain`).reply(200, ok({ subdomain: 'elsewhere.example/' }));
  await expect(client.accountSubdomain()).rejects.toMatchObject({ code: 'unexpected-answer' });
});

test.each([
  [200, ok({ bindings: [] }), true],
  [404, fault(10_007), false],
])('HTTP %i: whether there is such a Worker', async (status, body, exists) => {
  api().get(`${WORKERS}/scripts/shop-12/settings`).reply(status, body);
  expect(await client.exists('shop-12')).toBe(exists);
});

test('a 404 of something else does not mean that it is gone', async () => {
  api().get(`${WORKERS}/scripts/shop-12/settings`).reply(404, fault(7003));
  await expect(client.exists('shop-12')).rejects.toMatchObject({ code: 'unexpected-answer' });
});

test('a Worker is removed by its name, also when another one is bound to it', async () => {
  const asked = api().delete(`${WORKERS}/scripts/shop-12`).query({ force: 'true' }).reply(200, ok(null));
  await client.deletePreview({ prefix: 'shop', pullRequest: 12 });
  expect(asked.isDone()).toBe(true);
});

test.each([
  ['', 12],
  ['shop', 0],
  ['shop', -1],
  ['shop', 1.5],
  ['shop', Number.NaN],
])('%j and %p name no preview, and nothing is removed', async (prefix, pullRequest) => {
  expect(() => previewName({ prefix, pullRequest })).toThrow(RangeError);
  await expect(client.deletePreview({ prefix, pullRequest })).rejects.toThrow(RangeError);
});
