import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ACCOUNT, openStage, SHA, type Stage, TOKEN } from './stage.ts';

// wrangler takes a second to start on an idle machine, and many on a busy one.
jest.setTimeout(120_000);

describe("with a user's token", () => {
  let stage: Stage;
  beforeAll(async () => { stage = await openStage(); });
  afterAll(() => stage.stop());

  test.each([
    ['no token', null, 400, 9106],
    ['what cannot be a token', 'short', 400, 6003],
    ["somebody else's token", 'x'.repeat(40), 401, 10000],
    ['the right one', TOKEN, 200, undefined],
  ])('%s is answered as Cloudflare does', async (_, token, status, code) => {
    expect(await stage.call('GET', `/accounts/${ACCOUNT}/workers/scripts`, { token })).toMatchObject({ status, code });
  });

  test('it is verified as a user, not as an account', async () => {
    expect(await stage.call('GET', '/user/tokens/verify')).toMatchObject({ status: 200, result: { status: 'active' } });
    expect(await stage.call('GET', `/accounts/${ACCOUNT}/tokens/verify`)).toMatchObject({ status: 401, code: 1000 });
  });

  test('a foreign account is not shown', async () => {
    expect(await stage.call('GET', `/accounts/${'9'.repeat(32)}/workers/scripts`)).toMatchObject({ status: 403, code: 10000 });
  });

  test('what is not modelled is no empty answer', async () => {
    expect(await stage.call('GET', `/accounts/${ACCOUNT}/d1/database`)).toMatchObject({ status: 404, code: 7003 });
  });

  test('namespaces and buckets are made once, listed, and kept over a restart with what Workers put there', async () => {
    const [kv, r2] = await Promise.all([stage.wrangler('kv', 'namespace', 'create', 'cache'), stage.wrangler('r2', 'bucket', 'create', 'media')]);
    expect([kv.code, r2.code]).toEqual([0, 0]);
    expect(await stage.call('POST', `/accounts/${ACCOUNT}/storage/kv/namespaces`, { body: { title: 'cache' } })).toMatchObject({ code: 10014 });
    expect(await stage.call('POST', `/accounts/${ACCOUNT}/r2/buckets`, { body: { name: 'media' } })).toMatchObject({ status: 409, code: 10004 });
    const [kvList, r2List] = await Promise.all([stage.wrangler('kv', 'namespace', 'list'), stage.wrangler('r2', 'bucket', 'list')]);
    const [namespace] = JSON.parse(kvList.out) as { id: string; title: string }[];
    expect(namespace?.title).toBe('cache');
    expect(r2List.out).toContain('media');

    await stage.seed(SHA.old, [{ type: 'kv_namespace', name: 'CACHE', namespace_id: namespace?.id }, { type: 'r2_bucket', name: 'MEDIA', bucket_name: 'media' }]);
    expect((await stage.visit('/count')).text).toBe('{"count":1}');
    await stage.restart();
    expect((await stage.visit('/count')).text).toBe('{"count":2}');
  });

  test('a Worker reaches nothing outside the twin, and what it throws is an error of the edge', async () => {
    expect(await stage.visit('/outside')).toMatchObject({ status: 403, text: 'nothing leaves' });
    expect(await stage.visit('/boom')).toMatchObject({ status: 500, text: 'error code: 1101' });
  });

  test('under workers.dev a Worker answers only when that is open', async () => {
    const host = 'shop-dashboard.shop-example.workers.dev';
    const ask = async (): Promise<number> => (await stage.world.serve(host, new Request(`https://${host}/__version`)))?.status ?? 0;
    expect([stage.world.claimsHost(host), await ask()]).toEqual([true, 0]);
    await stage.call('POST', `/accounts/${ACCOUNT}/workers/scripts/shop-dashboard/subdomain`, { body: { enabled: true } });
    expect(await ask()).toBe(200);
  });
});

describe("with an account's token", () => {
  let stage: Stage;
  beforeAll(async () => { stage = await openStage({ token: 'cfat_0123456789abcdef0123456789abcdef' }); });
  afterAll(() => stage.stop());

  test('it is verified as an account, not as a user, and whoami understands', async () => {
    expect(await stage.call('GET', '/user/tokens/verify')).toMatchObject({ status: 401, code: 1000 });
    expect(await stage.call('GET', `/accounts/${ACCOUNT}/tokens/verify`)).toMatchObject({ status: 200, result: { status: 'active' } });
    const said = await stage.wrangler('whoami');
    expect(said.code).toBe(0);
    expect(said.out).toContain(ACCOUNT);
  });
});
