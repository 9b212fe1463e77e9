import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { AccessDecision } from '../../src/cloudflare/access-app.ts';
import { ACCOUNT, openStage, SHA, type Stage } from './stage.ts';

jest.setTimeout(60_000);

const HOST = 'dashboard.shop.example';
const METADATA = { 'cf-access-metadata-request': 'true' };
let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.stop());

test('people may log in: a visitor is sent to the team, with or without a Worker behind the host', async () => {
  const { aud } = protect(['allow']);
  for (const routed of [false, true]) {
    if (routed) await stage.seed(SHA.old);
    const { status, headers, version } = await stage.visit('/orders?page=2');
    const login = new URL(headers.get('location') ?? '');
    expect([status, version, login.origin, login.pathname]).toEqual([302, null, 'https://shop-example.cloudflareaccess.com', `/cdn-cgi/access/login/${HOST}`]);
    expect([login.searchParams.get('kid'), login.searchParams.get('redirect_url')]).toEqual([aud, '/orders?page=2']);
    expect(claimsOf(login.searchParams.get('meta') ?? '')).toMatchObject({ auth_status: 'NONE', hostname: HOST });
  }
});

test.each<[AccessDecision[], boolean, number]>([
  [['non_identity'], false, 403],
  [['non_identity'], true, 401],
  [['deny'], false, 403],
  [['allow', 'non_identity'], false, 302],
  [['bypass'], false, 200],
])('policies %j (401 instead of 403: %s) answer a visitor with %i', async (decisions, answers401, status) => {
  stage.world.access.addApp({ domains: [HOST], decisions, answers401 });
  await stage.seed(SHA.old);
  expect((await stage.visit('/__version')).status).toBe(status);
});

test('a service token passes where a policy is for service tokens, and nowhere else', async () => {
  const { id } = protect(['allow', 'non_identity']);
  const version = await stage.seed(SHA.old);
  const { clientId, clientSecret } = stage.world.access.issueServiceToken();
  const given = (secret: string): Record<string, string> => ({ 'cf-access-client-id': clientId, 'cf-access-client-secret': secret });
  expect(await stage.visit('/__version', given(clientSecret))).toMatchObject({ status: 200, version });
  expect(await stage.visit('/__version', given('wrong'))).toMatchObject({ status: 302, version: null });
  stage.world.access.removeApp(id);
  protect(['allow']);
  expect(await stage.visit('/__version', given(clientSecret))).toMatchObject({ status: 302, version: null });
});

test('who asks for it gets signed metadata: of the very application, by the keys that the team publishes, also where a visitor passes', async () => {
  await stage.seed(SHA.old);
  const { aud } = protect(['allow']);
  const bypass = stage.world.access.addApp({ domains: [`${HOST}/settings.json`], decisions: ['bypass'] });
  for (const [path, app, status] of [['/', aud, 302], ['/settings.json', bypass.aud, 200], ['/settings.jsonx', aud, 302]] as const) {
    const visited = await stage.visit(path, METADATA);
    const token = visited.headers.get('cf-access-metadata') ?? '';
    expect([visited.status, await isSigned(token)]).toEqual([status, true]);
    expect(claimsOf(token)).toMatchObject({ type: 'match', hostname: HOST, auth_domain: 'shop-example.cloudflareaccess.com', aud: app, iat: expect.any(Number) });
  }
  expect((await stage.visit('/')).headers.get('cf-access-metadata')).toBeNull();
});

test('without an application there is no metadata, and another host is not protected by this one', async () => {
  await stage.seed(SHA.old);
  stage.world.access.addApp({ domains: ['www.shop.example'], decisions: ['allow'] });
  const { status, headers } = await stage.visit('/__version', METADATA);
  expect([status, headers.get('cf-access-metadata')]).toEqual([200, null]);
});

test('a wildcard is beaten by the whole host, and a public path is a hole', async () => {
  await stage.seed(SHA.old);
  stage.world.access.addApp({ domains: ['*.shop.example'], decisions: ['bypass'] });
  expect((await stage.visit('/__version')).status).toBe(200);
  stage.world.access.addApp({ domains: [HOST], decisions: ['allow'], publicPaths: ['/settings*'] });
  expect([(await stage.visit('/__version')).status, (await stage.visit('/settings.json')).status]).toEqual([302, 200]);
});

test('an Access that fails open signs on; once-routed is from the first route on', async () => {
  protect(['allow']);
  stage.world.access.failOpen('once-routed');
  expect((await stage.visit('/__version', METADATA)).status).toBe(302);
  await stage.seed(SHA.old);
  const open = await stage.visit('/__version', METADATA);
  expect([open.status, await isSigned(open.headers.get('cf-access-metadata') ?? '')]).toEqual([200, true]);
  stage.world.access.failOpen('never');
  expect((await stage.visit('/__version')).status).toBe(302);
});

test('the API lists applications by pages, by a part of their domain or all of it, with their policies', async () => {
  protect(['allow', 'non_identity']);
  const sub = stage.world.access.addApp({ domains: [`${HOST}/assets`], decisions: ['bypass'], publicPaths: ['/x'] });
  const list = async (query: string): Promise<string[]> => ((await stage.call('GET', `/accounts/${ACCOUNT}/access/apps${query}`)).result as { domain: string }[]).map(({ domain }) => domain);
  expect(await list('')).toEqual([HOST, `${HOST}/assets`]);
  expect(await list('?per_page=1&page=2')).toEqual([`${HOST}/assets`]);
  expect(await list(`?domain=${HOST}&exact=true`)).toEqual([HOST]);
  expect(await list(`?domain=${HOST}`)).toEqual([HOST, `${HOST}/assets`]);
  const one = await stage.call('GET', `/accounts/${ACCOUNT}/access/apps/${sub.id}`);
  expect(one.result).toMatchObject({ aud: sub.aud, policies: [{ decision: 'bypass' }], destinations: [{ type: 'public', uri: `${HOST}/assets`, overrides: [{ behavior: 'public', path_pattern: '/x' }] }] });
  expect((await stage.call('GET', `/accounts/${ACCOUNT}/access/apps/${sub.id}/policies`)).result).toMatchObject([{ decision: 'bypass' }]);
  expect((await stage.call('GET', `/accounts/${ACCOUNT}/access/apps/other`)).status).toBe(404);
});

test('a world that comes back has its applications, and the key that signed before', async () => {
  const { aud } = protect(['allow']);
  const token = (await stage.visit('/', METADATA)).headers.get('cf-access-metadata') ?? '';
  await stage.restart();
  expect(await isSigned(token)).toBe(true);
  expect(claimsOf((await stage.visit('/', METADATA)).headers.get('cf-access-metadata') ?? '')).toMatchObject({ aud });
});

test('a custom domain is all of its host, and Access stands before it, too', async () => {
  const version = await stage.seed(SHA.old);
  const serve = async (): Promise<string | null | undefined> => (await stage.world.serve('own.shop.example', new Request('https://own.shop.example/__version')))?.headers.get('x-deploy-version');
  expect(await serve()).toBeUndefined();
  const { result } = await stage.call('PUT', `/accounts/${ACCOUNT}/workers/domains`, { body: { hostname: 'own.shop.example', service: 'shop-dashboard', environment: 'production' } });
  expect(result).toMatchObject({ hostname: 'own.shop.example', service: 'shop-dashboard', zone_name: 'shop.example' });
  expect([await serve(), (await stage.call('GET', `/accounts/${ACCOUNT}/workers/domains?service=shop-dashboard`)).result]).toEqual([version, [result]]);
  const { id } = stage.world.access.addApp({ domains: ['own.shop.example'], decisions: ['allow'] });
  expect(await serve()).toBeNull();
  stage.world.access.removeApp(id);
  await stage.call('DELETE', `/accounts/${ACCOUNT}/workers/domains/${(result as { id: string }).id}`);
  expect([await serve(), (await stage.call('PUT', `/accounts/${ACCOUNT}/workers/domains`, { body: { hostname: 'own.other.example', service: 'shop-dashboard' } })).status]).toEqual([undefined, 400]);
});

test('the host of a team that is not this one has no certificates', async () => {
  const answer = await stage.world.provider.fetch(new Request('https://other.cloudflareaccess.com/cdn-cgi/access/certs'));
  expect([stage.world.provider.claims('other.cloudflareaccess.com'), answer.status]).toEqual([true, 404]);
});

function protect(decisions: AccessDecision[]): { id: string; aud: string } {
  return stage.world.access.addApp({ domains: [HOST], decisions });
}

async function isSigned(token: string): Promise<boolean> {
  const answer = await stage.world.provider.fetch(new Request('https://shop-example.cloudflareaccess.com/cdn-cgi/access/certs'));
  const { keys } = (await answer.json()) as { keys: JsonWebKey[] };
  const [head = '', payload = '', signature = ''] = token.split('.');
  return keys.some((key) => verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url')));
}

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
