import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import nock from 'nock';
import { httpClient } from '../../src/net/index.ts';
import { cloudflareClient, cloudflareLaneClient, ProviderError } from '../../src/providers/cloudflare/index.ts';
import { Secret } from '../../src/secrets/index.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const SCRIPT = `/client/v4/accounts/${ACCOUNT}/workers/scripts/shop`;
const options = { http: httpClient({ attempts: 1 }), token: new Secret('cf-token-value'), accountId: ACCOUNT };
const client = cloudflareClient(options);
const lane = cloudflareLaneClient(options);
const api = () => nock('https://api.cloudflare.com', { reqheaders: { authorization: 'Bearer cf-token-value' } });
const ok = (result: unknown) => ({ success: true, errors: [], messages: [], result });
const fault = (code: number, message = 'no') => ({ success: false, errors: [{ code, message }], messages: [], result: null });

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => nock.enableNetConnect());

test('the newest deployment is the live one, with its split', async () => {
  const one = (id: string, versions: object[]) => ({ id, created_on: '2026-11-01T00:00:00Z', source: 'wrangler', strategy: 'percentage', versions });
  api().get(`${SCRIPT}/deployments`).reply(200, ok({ deployments: [one('d2', [{ version_id: 'v2', percentage: 10 }, { version_id: 'v1', percentage: 90 }]), one('d1', [{ version_id: 'v1', percentage: 100 }])] }));
  expect(await client.liveDeployment('shop')).toEqual({ id: 'd2', createdOn: '2026-11-01T00:00:00Z', versions: [{ id: 'v2', percentage: 10 }, { id: 'v1', percentage: 90 }] });
});

test.each([
  [404, fault(10_007)],
  [404, fault(10_090)],
  [200, ok({ deployments: [] })],
])('HTTP %i that says so means that nothing was deployed yet', async (status, body) => {
  api().get(`${SCRIPT}/deployments`).reply(status, body);
  expect(await client.liveDeployment('shop')).toBeNull();
});

test.each([
  ['a malformed token', 400, fault(6003), 'unauthorized'],
  ['a refused token', 401, fault(10_000), 'unauthorized'],
  ['a missing permission', 403, fault(10_000), 'forbidden'],
  ['too many requests', 429, fault(10_000), 'rate-limited'],
  ['a broken server', 500, fault(10_013), 'unavailable'],
  ['a gateway page', 502, '<html>', 'unavailable'],
  ['a challenge page', 403, '<html>', 'forbidden'],
  ['a 404 of something else', 404, '<html>', 'unexpected-answer'],
  ['a 404 of a wrong account', 404, fault(7003), 'unexpected-answer'],
  ['success without a result', 200, ok(null), 'unexpected-answer'],
])('%s is an error, never an absent Worker', async (_, status, body, code) => {
  api().get(`${SCRIPT}/deployments`).reply(status, body);
  const error = await client.liveDeployment('shop').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProviderError);
  expect(error).toMatchObject({ code, message: expect.not.stringContaining('cf-token-value') });
});

test.each([
  [{ 'workers/tag': 'a'.repeat(40), 'workers/message': 'by @operator' }, 'a'.repeat(40)],
  [{ 'workers/triggered_by': 'secret' }, null],
  [undefined, null],
])('a version with the annotations %j has the tag %s', async (annotations, tag) => {
  api().get(`${SCRIPT}/versions/v1`).reply(200, ok({ id: 'v1', metadata: { created_on: 'x', source: 'wrangler' }, annotations, resources: {} }));
  expect(await client.version('shop', 'v1')).toMatchObject({ id: 'v1', tag });
});

test('routes are those of the zone, with their Workers', async () => {
  api().get('/client/v4/zones').query({ name: 'shop.example', 'account.id': ACCOUNT }).reply(200, ok([{ id: 'z1', name: 'shop.example' }]));
  api().get('/client/v4/zones/z1/workers/routes').reply(200, ok([{ id: 'r1', pattern: 'www.shop.example/*', script: 'shop' }, { id: 'r2', pattern: 'shop.example/static/*' }]));
  expect(await lane.routes(await lane.zoneId('shop.example'))).toEqual([{ id: 'r1', pattern: 'www.shop.example/*', worker: 'shop' }, { id: 'r2', pattern: 'shop.example/static/*', worker: null }]);
});

test('a zone that the token does not see is named', async () => {
  api().get('/client/v4/zones').query(true).reply(200, ok([]));
  await expect(lane.zoneId('shop.example')).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('shop.example') });
});

test('workers.dev is read with its previews', async () => {
  api().get(`${SCRIPT}/subdomain`).reply(200, ok({ enabled: true }));
  expect(await client.subdomain('shop')).toEqual({ enabled: true, previewsEnabled: false });
});
