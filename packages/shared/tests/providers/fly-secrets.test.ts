import { expect, test } from '@jest/globals';
import { httpClient } from '@vendure-deploy/shared/net';
import { flyClient, type FlySecret, type Machine, ProviderError, stagedSecrets } from '@vendure-deploy/shared/providers/fly';
import { Secret } from '@vendure-deploy/shared/secrets';
import nock from 'nock';

const secret = (name: string, updatedAt: number | null): FlySecret => ({ name, digest: 'd', updatedAt });
const machine = (releaseVersion: string): Machine => ({
  id: 'm', state: 'started', since: '', hostStatus: 'ok', region: 'fra', group: 'app', releaseId: '', releaseVersion, image: '', tag: '', digest: '', revision: '', standby: false, cordoned: false, hasService: true, autostops: false, wantsChecks: false, safeToDestroy: false, canary: false, checks: [],
});
const RELEASES = [{ version: '3', createdAt: 300 }, { version: '2', createdAt: 200 }];

test.each([
  // secrets, set at            Machines of release    are staged
  ['before every release',      [secret('A', 100)],    ['3', '3'],   []],
  ['after the newest',          [secret('A', 400)],    ['3', '3'],   ['A']],
  ['between, and one is old',   [secret('A', 250)],    ['3', '2'],   ['A']],
  ['with the release itself',   [secret('A', 300)],    ['3'],        []],
  ['at a time that Fly keeps',  [secret('A', null)],   ['3'],        []],
  ['and a release is not listed', [secret('A', 400)],  ['1', ''],    []],
  ['and there is no Machine',   [secret('A', 400)],    [],           []],
  ['some of them',              [secret('A', 100), secret('B', 400)], ['3'], ['B']],
])('%s', (_case, secrets, versions, staged) => {
  expect(stagedSecrets(secrets, versions.map(machine), RELEASES)).toEqual(staged);
});

const fly = flyClient({ http: httpClient({ attempts: 1 }), token: new Secret('fo1_x'), app: 'shop' });

test('secrets and releases as Fly lists them', async () => {
  nock('https://api.machines.dev').get('/v1/apps/shop/secrets').reply(200, { secrets: [{ name: 'A', digest: 'd', created_at: '2026-01-01T00:00:00Z', updated_at: '1970-01-01T00:00:01Z' }, { name: 'B', digest: 'e' }] });
  nock('https://api.fly.io').get('/api/v1/apps/shop/releases').query({ limit: 20 }).reply(200, { releases: [{ id: 'r', version: 7, status: 'complete', created_at: '1970-01-01T00:00:02Z' }] });
  expect(await fly.secrets()).toEqual([{ name: 'A', digest: 'd', updatedAt: 1000 }, { name: 'B', digest: 'e', updatedAt: null }]);
  expect(await fly.releases()).toEqual([{ version: '7', createdAt: 2000 }]);
});

test.each([
  [403, { error: 'forbidden' }, 'forbidden'],
  [200, { secrets: [{ name: 'A' }] }, 'unexpected-answer'],
  [200, { secrets: [{ name: 'A', digest: 'd', updated_at: 'yesterday' }] }, 'unexpected-answer'],
])('HTTP %d %j is no list', async (status, body, code) => {
  nock('https://api.machines.dev').get('/v1/apps/shop/secrets').reply(status, body);
  const error = await fly.secrets().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProviderError);
  expect(error).toMatchObject({ code });
});
