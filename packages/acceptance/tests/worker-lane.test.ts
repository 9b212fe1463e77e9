import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { type Ended, type LaneStage, openLaneStage, OTHER, PATTERN, type Scene, WORKER, workerOf } from './stage/worker-lane.ts';

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
  await expectRefused(scene.open(), reasonCode, sentence);
});

test.each<[string, string, RegExp, (yaml: string) => string]>([
  ['the zone is unknown',          'invalid-config',  /knows no zone other\.example/u, (yaml) => yaml.replaceAll('zone: shop.example', 'zone: other.example').replaceAll('preview.shop.example', 'preview.other.example')],
  ['the team is another one',      'access-unproven', /redirects to https:\/\/shop-example\.cloudflareaccess\.com.*not to the login of other-team/u, (yaml) => yaml.replace('team: shop-example', 'team: other-team')],
  ['the audience is another one',  'access-unproven', /`access\.audience` says b{64}/u, (yaml) => yaml.replace('team: shop-example', `team: shop-example, audience: ${'b'.repeat(64)}`)],
])('not opened: %s', async (_, reasonCode, sentence, config) => {
  await expectRefused(scene.open({ config }), reasonCode, sentence);
});

test.each<[string, RegExp, (yaml: string) => string]>([
  ['no Access is configured',              /surfaces\.dashboard\.access is missing/u, (yaml) => yaml.replace(/^ +access: .*\n/mu, '')],
  ['the team is missing',                  /access\.team is missing/u, (yaml) => yaml.replace('team: shop-example, ', '')],
  ['no route is configured',               /surfaces\.dashboard\.route is missing/u, (yaml) => yaml.replace(/^ +route: .*\n/mu, '')],
  ['the route is of another host',         /Both must be of the same host/u, (yaml) => yaml.replace('"preview.shop.example/*"', '"www.shop.example/*"')],
  ['the route is of any host',             /pattern is not allowed/u, (yaml) => yaml.replace('"preview.shop.example/*"', '"*.shop.example/*"')],
  ['the zone does not hold the host',      /to which preview\.shop\.example does not belong/u, (yaml) => yaml.replace('zone: shop.example', 'zone: other.example')],
])('refused before any request: %s', async (_, sentence, config) => {
  const { calls } = await expectRefused(scene.open({ config }), 'invalid-config', sentence);
  expect(calls).toEqual([]);
});

test.each([
  ['no service token', { 'access-client-id': '', 'access-client-secret': '' }, /are empty\. Create a service token/u],
  ['half a service token', { 'access-client-secret': '' }, /`access-client-secret` is empty, but its other half is given/u],
  ['no token', { 'cloudflare-api-token': '' }, /`cloudflare-api-token` is empty/u],
])('refused before any request: %s', async (_, inputs, sentence) => {
  const { calls } = await expectRefused(scene.open({ inputs }), 'invalid-input', sentence);
  expect(calls).toEqual([]);
});

test("the deploy lock is not this run's: nothing is written, by either operation", async () => {
  const inputs = { 'github-token': stage.githubToken };
  await expectRefused(scene.open({ inputs }), 'fence-lost', /is not this run's/u);
  await scene.route(PATTERN, WORKER);
  await expectRefused(scene.close({ inputs }), 'fence-lost', /is not this run's/u);
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
  await expectRefused(scene.open(), 'access-unproven', /the keys of the team did not sign it/u);
});

const whenCreated = (act: () => unknown) => ({ asked: (method: string, path: string) => method === 'POST' && path.endsWith('/workers/routes'), act });

test('Access that fails open as soon as there is a route: closed again, the account as before', async () => {
  stage.twin.cloudflare.access.failOpen('once-routed');
  await expectClosedAgain(scene.open(), /answers anybody with version/u);
});

test.each<[string, readonly string[], RegExp]>([
  ['the first visit after it is answered by the Worker',     ['shop GET / 2- 200 x-deploy-version=v1 hello'],                                        /answers anybody with version v1/u],
  ['Access does not answer any more',                        ['shop HEAD / 2- reset'],                                                               /gave no answer/u],
  ['the keys of the team cannot be read any more',           ['cloudflare GET /cdn-cgi/access/certs 2- 500'],                                        /the keys of .* could not be read/u],
  ['the applications cannot be read any more',               ['cloudflare GET /client/v4/accounts/*/access/apps 2- 200 content-type=text/html <html>'], /the Access applications could not be read/u],
  ['the routes cannot be read back',                         ['cloudflare GET /client/v4/zones/*/workers/routes 2 400'],                             /asked for the routes of the zone/u],
  ['the switch of workers.dev cannot be read',               ['cloudflare GET /client/v4/accounts/*/workers/scripts/*/subdomain 2- 400'],            /the workers\.dev switch/u],
])('a doubt after the route was created closes it again: %s', async (_, faults, sentence) => {
  await expectClosedAgain(scene.open({ faults }), sentence);
});

test('the service token meets another version, or a login page: closed again', async () => {
  await expectClosedAgain(scene.open({ inputs: { 'propagation-seconds': '2', 'access-client-secret': 'wrong' } }), /the application needs a policy with the action Service Auth/u);
});

test('Access is removed while the route is being created: closed again', async () => {
  await expectClosedAgain(scene.open({ latencyMs: 50, meanwhile: whenCreated(() => stage.twin.cloudflare.access.removeApp(scene.app)) }), /answers anybody|shows no metadata/u);
});

test('the reply to the creation is lost: the route is read back, and the lane is open', async () => {
  const ended = await scene.open({ faults: [`cloudflare POST /client/v4${ROUTES} 1 reset after-commit`] });
  expectEnding(ended.run, subject, { decision: 'done', reasonCode: 'lane-open' });
  expect([routes(), ended.unfired]).toEqual([[PATTERN], []]);
});

test('Cloudflare refuses the route: said so, and nothing is there', async () => {
  await expectClosedAgain(scene.open({ faults: [`cloudflare POST /client/v4${ROUTES} 1 403 content-type=application/json {"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}`] }), /is not there after it was created \(.*10000/u);
});

test('a lane that was open and is not protected any more is closed', async () => {
  const before = inventory();
  await scene.route(PATTERN, WORKER);
  stage.twin.cloudflare.access.failOpen('once-routed');
  const ended = await scene.open();
  expectEnding(ended.run, subject, { decision: 'failed', reasonCode: 'lane-closed-again' });
  expect(inventory()).toEqual(before);
});

test('the version arrives after a while: waited for, and open', async () => {
  const ended = await scene.open({ faults: ['shop GET /__version 3-4 404', `shop GET /__version 5 200 {"sha":"${'e'.repeat(40)}","versionId":"v-old"}`] });
  expectEnding(ended.run, subject, { decision: 'done', reasonCode: 'lane-open' });
  expect(ended.unfired).toEqual([]);
});

test('the version answers on for a while after the removal: waited for, and closed', async () => {
  await scene.route(PATTERN, WORKER);
  const ended = await scene.close({ faults: [`shop GET /__version 1-3 200 x-deploy-version=${scene.versionId} {}`] });
  expectEnding(ended.run, subject, { decision: 'done', reasonCode: 'lane-closed' });
  expect(ended.unfired).toEqual([]);
});

test('a visit that nobody answers: given up after ten seconds, and not opened', async () => {
  await expectRefused(scene.open({ faults: ['shop GET / 1 hang'] }), 'access-unproven', /no complete answer within/u);
});

test('a removal whose reply is lost, and one that is refused once', async () => {
  for (const fault of ['reset after-commit', '500']) {
    await scene.route(PATTERN, WORKER);
    const ended = await scene.close({ faults: [`cloudflare DELETE /client/v4${ROUTES}/* 1 ${fault}`] });
    expectEnding(ended.run, subject, { decision: 'done', reasonCode: 'lane-closed' });
    expect([routes(), ended.unfired]).toEqual([[], []]);
  }
});

test('a removal that is refused for good: not said to be closed', async () => {
  await scene.route(PATTERN, WORKER);
  const ended = await scene.close({ inputs: { 'propagation-seconds': '2' }, faults: [`cloudflare DELETE /client/v4${ROUTES}/* 1- 403`] });
  expectEnding(ended.run, subject, { decision: 'unknown', reasonCode: 'lane-close-unproven' });
  expect(annotations(ended.run)[0]).toContain('Workers Routes');
});

test('the Worker answers there by another route: not said to be closed, and that route is named', async () => {
  await scene.route('preview.shop.example/__version*', WORKER);
  const before = inventory();
  const ended = await scene.close({ inputs: { 'propagation-seconds': '2' } });
  expectEnding(ended.run, subject, { decision: 'unknown', reasonCode: 'lane-close-unproven' });
  expect(annotations(ended.run)[0]).toContain('preview.shop.example/__version*');
  expect([ended.writes, inventory()]).toEqual([[], before]);
});

test("somebody else's route comes while the lane is closed: closed, and said", async () => {
  await scene.route(PATTERN, WORKER);
  const ended = await scene.close({ latencyMs: 100, meanwhile: { asked: (method) => method === 'DELETE', act: () => scene.route('late.shop.example/*', OTHER) } });
  expectEnding(ended.run, subject, { decision: 'partial', reasonCode: 'account-changed' });
  expect(annotations(ended.run)[0]).toContain('the route late.shop.example/* of shop-landing is new');
  expect(routes()).toEqual([]);
});

// Each step of open-lane by the line that it begins with; at 100 ms a round trip the signal meets it at work.
test.each([
  'Read what serves, and by which routes',
  'Renew the deploy lock',
  'Read again what is live',
  'Prove that Access stands before the host',
  'Create the route',
  'Read the route back',
  'Prove Access again, with the route',
  'See that no other address leads to the Worker',
  'Ask with the service token',
])('SIGINT at "%s": no route is left, and the post step finds nothing to close', async (title) => {
  const before = inventory();
  const ended = await scene.open({ latencyMs: 100, signals: [{ name: 'SIGINT', when: new RegExp(`^::group::${title}$`, 'mu') }] });
  expectEnding(ended.run, subject, { decision: /^(?:failed|unknown)$/u, reasonCode: 'cancelled' });
  expect(ended.run.secondsAfterSignal).toBeLessThan(7);
  // The one request that opens may arrive after the look that found nothing: for that there is the post step.
  if (title !== 'Create the route') expect(inventory()).toEqual(before);
  const after = await scene.post(ended.run.state);
  expect([after.run.exitCode, after.run.log.includes('::error')]).toEqual([0, false]);
  expect(inventory()).toEqual(before);
});

test('SIGINT while the reply to the creation does not come: the route is there, and is closed', async () => {
  const before = inventory();
  const ended = await scene.open({ faults: [`cloudflare POST /client/v4${ROUTES} 1 hang after-commit`], signals: [{ name: 'SIGINT', when: until(() => routes().length > 0) }] });
  expectEnding(ended.run, subject, { decision: 'failed', reasonCode: 'cancelled' });
  expect([ended.unfired, inventory()]).toEqual([[], before]);
});

test('SIGINT while the lane is closed: it is closed all the same', async () => {
  const before = inventory();
  await scene.route(PATTERN, WORKER);
  const ended = await scene.close({ latencyMs: 100, signals: [{ name: 'SIGINT', when: /^::group::Remove the route$/mu }] });
  expect([ended.run.outputs['reason-code'], inventory()]).toEqual(['lane-closed', before]);
});

test('a main step that was killed with the route open: the post step closes it', async () => {
  const before = inventory();
  const killed = await scene.open({ latencyMs: 100, signals: [{ name: 'SIGKILL', when: /^::group::Prove Access again/mu }] });
  expect([killed.run.exitCode, routes()]).toEqual([null, [PATTERN]]);
  const after = await scene.post(killed.run.state);
  expect(after.run.log).toContain('which the main step had not settled');
  expect(inventory()).toEqual(before);
});

test('the post step of a lane that is open leaves it open', async () => {
  const { run } = await scene.open();
  const after = await scene.post(run.state);
  expect([after.calls, routes()]).toEqual([[], [PATTERN]]);
});

test('no secret is in the log, in an output or in the state that is kept', async () => {
  const { run } = await scene.open();
  for (const secret of [scene.service.clientSecret, stage.twin.credentials.cloudflareApiToken]) expect([run.log.includes(secret) && !run.log.includes(`::add-mask::${secret}`), run.commandFiles.includes(secret)]).toEqual([false, false]);
});

async function until(truth: () => boolean): Promise<void> {
  while (!truth()) await setTimeout(10);
}

async function expectRefused(given: Promise<Ended>, reasonCode: string, sentence: RegExp): Promise<Ended> {
  const before = inventory();
  const ended = await given;
  expectEnding(ended.run, subject, { decision: 'failed', reasonCode });
  expect(annotations(ended.run)).toEqual([expect.stringMatching(sentence)]);
  expect([ended.writes, ended.unfired, inventory()]).toEqual([[], [], before]);
  return ended;
}

async function expectClosedAgain(given: Promise<Ended>, sentence: RegExp): Promise<void> {
  const before = inventory();
  const ended = await given;
  expectEnding(ended.run, subject, { decision: 'failed', reasonCode: 'lane-closed-again' });
  expect(annotations(ended.run)).toEqual([expect.stringMatching(sentence)]);
  expect([ended.unfired, inventory()]).toEqual([[], before]);
  expect((await scene.visit()).version).toBeNull();
}
