import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import nock from 'nock';
import { httpClient } from '../../src/net/index.ts';
import { cloudflareLaneClient } from '../../src/providers/cloudflare/index.ts';
import { Secret } from '../../src/secrets/index.ts';

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const APPS = `/client/v4/accounts/${ACCOUNT}/access/apps`;
const client = cloudflareLaneClient({ http: httpClient({ attempts: 1 }), token: new Secret('cf-token-value'), accountId: ACCOUNT });
const api = (headers: Record<string, string> = {}) => nock('https://api.cloudflare.com', { reqheaders: { authorization: 'Bearer cf-token-value', ...headers } });
const ok = (result: unknown) => ({ success: true, errors: [], messages: [], result });
const app = (id: string, more: object = {}) => ({ id, name: `App ${id}`, aud: `aud-${id}`, domain: 'preview.shop.example', policies: [{ id: 'p', decision: 'allow' }], ...more });

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => nock.enableNetConnect());

test('a route is created with its pattern and its Worker, and removed by its id', async () => {
  api({ 'content-type': 'application/json' }).post('/client/v4/zones/z1/workers/routes', { pattern: 'preview.shop.example/*', script: 'shop' }).reply(200, ok({ id: 'r1' }));
  api().delete('/client/v4/zones/z1/workers/routes/r1').reply(200, ok({ id: 'r1' }));
  await client.createRoute('z1', { pattern: 'preview.shop.example/*', worker: 'shop' });
  await client.deleteRoute('z1', 'r1');
});

test('what Cloudflare says against a route is said', async () => {
  api().post('/client/v4/zones/z1/workers/routes').reply(409, { success: false, errors: [{ code: 10_020, message: 'A route with the same pattern already exists' }], messages: [], result: null });
  await expect(client.createRoute('z1', { pattern: 'a.example/*', worker: 'shop' })).rejects.toMatchObject({ name: 'ProviderError', message: expect.stringContaining('10020: A route with the same pattern') });
});

test('workers.dev is turned off with the addresses of versions, by the date that knows them', async () => {
  api({ 'cloudflare-workers-script-api-date': '2025-08-01' }).post(`/client/v4/accounts/${ACCOUNT}/workers/scripts/shop/subdomain`, { enabled: false, previews_enabled: false }).reply(200, ok({ enabled: false, previews_enabled: false }));
  await client.turnOffSubdomain('shop');
});

test('custom domains are those of the Worker, whatever else is listed', async () => {
  const one = (hostname: string, service: string) => ({ id: hostname, hostname, service, environment: 'production', zone_id: 'z1', zone_name: 'shop.example' });
  api().get(`/client/v4/accounts/${ACCOUNT}/workers/domains`).query({ service: 'shop' }).reply(200, ok([one('a.shop.example', 'shop'), one('b.shop.example', 'other')]));
  expect(await client.domains('shop')).toEqual(['a.shop.example']);
});

test('applications are read to the last page', async () => {
  const full = Array.from({ length: 100 }, (_, at) => app(String(at)));
  api().get(APPS).query({ per_page: 100, page: 1 }).reply(200, ok(full));
  api().get(APPS).query({ per_page: 100, page: 2 }).reply(200, ok([app('last')]));
  expect((await client.accessApps()).map(({ id }) => id)).toEqual([...full.map(({ id }) => id), 'last']);
});

test.each<[string, object, object]>([
  ['a plain one', {}, { audience: 'aud-1', domains: ['preview.shop.example'], decisions: ['allow'], publicPaths: [] }],
  ['several hosts, each once', { self_hosted_domains: ['preview.shop.example', 'b.shop.example/x'], destinations: [{ type: 'public', uri: 'b.shop.example/x' }, { type: 'worker', worker_id: 'w' }] }, { domains: ['preview.shop.example', 'b.shop.example/x'] }],
  ['a public override of a destination', { destinations: [{ type: 'public', uri: 'preview.shop.example', overrides: [{ behavior: 'public', path_pattern: '/hook/*' }, { behavior: 'protected', path_pattern: '/a' }] }] }, { publicPaths: ['/hook/*'] }],
  ['a public override of the application, of whatever path', { overrides: [{ behavior: 'public' }] }, { publicPaths: ['*'] }],
  ['policies by their ids alone', { policies: ['p1'] }, { decisions: null }],
  ['no policies in the list', { policies: undefined }, { decisions: null }],
  ['a bookmark', { aud: undefined, domain: undefined }, { audience: null, domains: [] }],
])('an application is read: %s', async (_, more, expected) => {
  api().get(APPS).query(true).reply(200, ok([app('1', more)]));
  expect(await client.accessApps()).toEqual([expect.objectContaining({ id: '1', name: 'App 1', ...expected })]);
});

test('policies that the list does not hold are asked for', async () => {
  api().get(`${APPS}/1/policies`).reply(200, ok([{ id: 'p1', decision: 'bypass' }, { id: 'p2', decision: 'non_identity' }]));
  expect(await client.accessDecisions('1')).toEqual(['bypass', 'non_identity']);
});

test('a token without the permission is told apart from a Cloudflare that fails', async () => {
  api().get(APPS).query(true).reply(403, { success: false, errors: [{ code: 10_000, message: 'Authentication error' }], messages: [], result: null });
  await expect(client.accessApps()).rejects.toMatchObject({ code: 'forbidden' });
  api().get(APPS).query(true).reply(500, { success: false, errors: [{ code: 10_000, message: 'Internal' }], messages: [], result: null });
  await expect(client.accessApps()).rejects.toMatchObject({ code: 'unavailable' });
});
