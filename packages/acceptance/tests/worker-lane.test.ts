import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { expectEnding } from './stage/ending.ts';
import { expectClosedAgain, expectRefused } from './stage/lane-ending.ts';
import { type LaneStage, openLaneStage, OTHER, PATTERN, type Scene, WORKER, workerOf } from './stage/worker-lane.ts';

jest.setTimeout(120_000);

const subject = subjectOf('cf-worker-deploy');
let stage: LaneStage;
let scene: Scene;
beforeAll(async () => {
  stage = await openLaneStage();
});
afterAll(async () => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  scene = await stage.reset();
});

const ROUTES = '/zones/ffffffffffffffffffffffffffffffff/workers/routes';
const inventory = () => stage.twin.cloudflare.inventory();
/** The ground truth: what leads to the Worker of the lane. */
const routes = (): string[] => inventory().routes.filter(({ script }) => script === WORKER).map(({ pattern }) => pattern);

test('open: one route, behind Access, with the right version; open again: skipped', async () => {
  const before = inventory();
  const first = await scene.open();
  expectEnding(first.run, subject, { decision: 'done', reasonCode: 'lane-open' });
  expect(first.run.outputs).toMatchObject({ 'serving-sha': stage.sha, 'version-id': scene.versionId, url: 'https://preview.shop.example' });
  expect(JSON.parse(first.run.outputs['result'] ?? '')).toMatchObject({ access: { kind: 'proven', audience: scene.audience, controlPlane: true }, anchor: { routes: [{ pattern: 'www.shop.example/landing/*' }] } });
  expect([routes(), first.writes]).toEqual([[PATTERN], [`POST ${ROUTES}`]]);
  expect(await scene.visit()).toEqual({ status: 302, version: null });
  // All that is there besides the route is as before, and none of it is Fly's.
  expect({ ...inventory(), routes: inventory().routes.filter(({ script }) => script !== WORKER) }).toEqual(before);
  expect(first.calls.filter((call) => /fly|registry/u.test(call))).toEqual([]);

  const again = await scene.open();
  expectEnding(again.run, subject, { decision: 'skipped', reasonCode: 'lane-open' });
  expect([routes(), again.writes]).toEqual([[PATTERN], []]);
});

test('close: the route is removed by its id and nothing else is touched; close again: skipped', async () => {
  const before = inventory();
  await scene.open();
  const closed = await scene.close();
  expectEnding(closed.run, subject, { decision: 'done', reasonCode: 'lane-closed' });
  expect(closed.writes).toEqual([expect.stringMatching(new RegExp(`^DELETE ${ROUTES}/[0-9a-f]{32}$`, 'u'))]);
  expect(inventory()).toEqual(before);

  const again = await scene.close();
  expectEnding(again.run, subject, { decision: 'skipped', reasonCode: 'lane-closed' });
  expect([again.writes, inventory()]).toEqual([[], before]);
});

test('close without a service token, of a lane that nothing protects any more', async () => {
  await scene.route(PATTERN, WORKER);
  stage.twin.cloudflare.access.removeApp(scene.app);
  expect(await scene.visit()).toEqual({ status: 200, version: scene.versionId });
  expectEnding((await scene.close({ inputs: { 'access-client-id': '', 'access-client-secret': '' } })).run, subject, { decision: 'done', reasonCode: 'lane-closed' });
  expect(await scene.visit()).toEqual({ status: 0, version: null });
});

test('workers.dev and the addresses of versions are turned off', async () => {
  await scene.call('POST', `/accounts/0123456789abcdef0123456789abcdef/workers/scripts/${WORKER}/subdomain`, { enabled: true, previews_enabled: true });
  const ended = await scene.open();
  expectEnding(ended.run, subject, { decision: 'done', reasonCode: 'lane-open' });
  expect(inventory().workers.find(({ name }) => name === WORKER)?.subdomain).toEqual({ enabled: false, previews_enabled: false });
  expect(ended.run.log).toMatch(/^::warning::.*reachable on workers\.dev/mu);
});

test.each<[string, string, RegExp, () => unknown]>([
  ['Access is missing',                'access-unproven', /shows no metadata|lets anybody through/u, () => stage.twin.cloudflare.access.removeApp(scene.app)],
  ['Access bypasses an asset',         'access-unproven', /\/assets\/app\.js lets anybody through|policy bypass/u, () => stage.twin.cloudflare.access.addApp({ domains: ['preview.shop.example/assets'], decisions: ['bypass'] })],
  ['Access bypasses an unknown path',  'access-unproven', /policy bypass/u, () => stage.twin.cloudflare.access.addApp({ domains: ['preview.shop.example/webhooks'], decisions: ['bypass'] })],
  ['Access fails open',                'access-unproven', /lets anybody through/u, () => stage.twin.cloudflare.access.failOpen('always')],
  ["the pattern is another Worker's",  'route-taken',     /belongs to the Worker shop-landing/u, () => scene.route(PATTERN, OTHER)],
  ['another host leads to the Worker', 'access-unproven', /open\.shop\.example\/\* .* leads to/u, () => scene.route('open.shop.example/*', WORKER)],
  ['a custom domain leads to the Worker', 'access-unproven', /custom domain own\.shop\.example leads to/u, () => scene.call('PUT', '/accounts/0123456789abcdef0123456789abcdef/workers/domains', { hostname: 'own.shop.example', service: WORKER })],
  ['another commit is live',           'lane-not-ready',  /version .* of d{40},/u, () => scene.upload(WORKER, workerOf('d'.repeat(40)), 'd'.repeat(40))],
  ['the Worker is not there',          'lane-not-ready',  /Nothing of shop-dashboard-preview is deployed/u, () => scene.call('DELETE', `/accounts/0123456789abcdef0123456789abcdef/workers/scripts/${WORKER}`)],
])('not opened: %s', async (_, reasonCode, sentence, given) => {
  await given();
  await expectRefused(stage, scene.open(), reasonCode, sentence);
});

test.each<[string, string, RegExp, (yaml: string) => string]>([
  ['the zone is unknown',          'invalid-config',  /knows no zone other\.example/u, (yaml) => yaml.replaceAll('zone: shop.example', 'zone: other.example').replaceAll('preview.shop.example', 'preview.other.example')],
  ['the team is another one',      'access-unproven', /redirects to https:\/\/shop-example\.cloudflareaccess\.com.*not to the login of other-team/u, (yaml) => yaml.replace('team: shop-example', 'team: other-team')],
  ['the audience is another one',  'access-unproven', /`access\.audience` says b{64}/u, (yaml) => yaml.replace('team: shop-example', `team: shop-example, audience: ${'b'.repeat(64)}`)],
])('not opened: %s', async (_, reasonCode, sentence, config) => {
  await expectRefused(stage, scene.open({ config }), reasonCode, sentence);
});

test.each<[string, RegExp, (yaml: string) => string]>([
  ['no Access is configured',              /surfaces\.dashboard\.access is missing/u, (yaml) => yaml.replace(/^ +access: .*\n/mu, '')],
  ['the team is missing',                  /access\.team is missing/u, (yaml) => yaml.replace('team: shop-example, ', '')],
  ['no route is configured',               /surfaces\.dashboard\.route is missing/u, (yaml) => yaml.replace(/^ +route: .*\n/mu, '')],
  ['the route is of another host',         /Both must be of the same host/u, (yaml) => yaml.replace('"preview.shop.example/*"', '"www.shop.example/*"')],
  ['the route is of any host',             /pattern is not allowed/u, (yaml) => yaml.replace('"preview.shop.example/*"', '"*.shop.example/*"')],
  ['the zone does not hold the host',      /to which preview\.shop\.example does not belong/u, (yaml) => yaml.replace('zone: shop.example', 'zone: other.example')],
])('refused before any request: %s', async (_, sentence, config) => {
  const { calls } = await expectRefused(stage, scene.open({ config }), 'invalid-config', sentence);
  expect(calls).toEqual([]);
});

test.each([
  ['no service token', { 'access-client-id': '', 'access-client-secret': '' }, /are empty\. Create a service token/u],
  ['half a service token', { 'access-client-secret': '' }, /`access-client-secret` is empty, but its other half is given/u],
  ['no token', { 'cloudflare-api-token': '' }, /`cloudflare-api-token` is empty/u],
])('refused before any request: %s', async (_, inputs, sentence) => {
  const { calls } = await expectRefused(stage, scene.open({ inputs }), 'invalid-input', sentence);
  expect(calls).toEqual([]);
});

test("the deploy lock is not this run's: nothing is written, by either operation", async () => {
  const inputs = { 'github-token': stage.githubToken };
  await expectRefused(stage, scene.open({ inputs }), 'fence-lost', /is not this run's/u);
  await scene.route(PATTERN, WORKER);
  await expectRefused(stage, scene.close({ inputs }), 'fence-lost', /is not this run's/u);
  expect(routes()).toEqual([PATTERN]);
});

test('a token that may not read the applications proves by signature and edge', async () => {
  const ended = await scene.open({ faults: ['cloudflare GET /client/v4/accounts/*/access/apps * 403 content-type=application/json {"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}'] });
  expectEnding(ended.run, subject, { decision: 'done', reasonCode: 'lane-open' });
  expect(JSON.parse(ended.run.outputs['result'] ?? '')).toMatchObject({ access: { kind: 'proven', controlPlane: false } });
});

test('a Worker that plays Access by itself is not believed', async () => {
  stage.twin.cloudflare.access.removeApp(scene.app);
  const metadata = "eyJhbGciOiJSUzI1NiJ9.eyJ0eXBlIjoibWF0Y2gifQ.AAAA";
  const play = `new Response(null, { status: 302, headers: { location: 'https://shop-example.cloudflareaccess.com/cdn-cgi/access/login/preview.shop.example', 'cf-access-metadata': '${metadata}' } })`;
  await scene.upload(OTHER, workerOf(stage.sha, play).replace("response.headers.set('x-deploy-version', id);", ''), stage.sha);
  await scene.route('*.shop.example/*', OTHER);
  await expectRefused(stage, scene.open(), 'access-unproven', /the keys of the team did not sign it/u);
});

test('Access that fails open as soon as there is a route: closed again, the account as before', async () => {
  stage.twin.cloudflare.access.failOpen('once-routed');
  await expectClosedAgain(stage, scene, scene.open(), /answers anybody with version/u);
});
