import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { expectClosedAgain, expectRefused, whenCreated } from './stage/lane-ending.ts';
import { type LaneStage, openLaneStage, OTHER, PATTERN, type Scene, WORKER } from './stage/worker-lane.ts';

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

test.each<[string, readonly string[], RegExp]>([
  ['the first visit after it is answered by the Worker',     ['shop GET / 2- 200 x-deploy-version=v1 hello'],                                        /answers anybody with version v1/u],
  ['Access does not answer any more',                        ['shop HEAD / 2- reset'],                                                               /gave no answer/u],
  ['the keys of the team cannot be read any more',           ['cloudflare GET /cdn-cgi/access/certs 2- 500'],                                        /the keys of .* could not be read/u],
  ['the applications cannot be read any more',               ['cloudflare GET /client/v4/accounts/*/access/apps 2- 200 content-type=text/html <html>'], /the Access applications could not be read/u],
  ['the routes cannot be read back',                         ['cloudflare GET /client/v4/zones/*/workers/routes 2 400'],                             /asked for the routes of the zone/u],
  ['the switch of workers.dev cannot be read',               ['cloudflare GET /client/v4/accounts/*/workers/scripts/*/subdomain 2- 400'],            /the workers\.dev switch/u],
])('a doubt after the route was created closes it again: %s', async (_, faults, sentence) => {
  await expectClosedAgain(stage, scene, scene.open({ faults }), sentence);
});

test('the service token meets another version, or a login page: closed again', async () => {
  await expectClosedAgain(stage, scene, scene.open({ inputs: { 'propagation-seconds': '2', 'access-client-secret': 'wrong' } }), /the application needs a policy with the action Service Auth/u);
});

test('Access is removed while the route is being created: closed again', async () => {
  await expectClosedAgain(stage, scene, scene.open({ latencyMs: 50, meanwhile: whenCreated(() => stage.twin.cloudflare.access.removeApp(scene.app)) }), /answers anybody|shows no metadata/u);
});

test('the reply to the creation is lost: the route is read back, and the lane is open', async () => {
  const ended = await scene.open({ faults: [`cloudflare POST /client/v4${ROUTES} 1 reset after-commit`] });
  expectEnding(ended.run, subject, { decision: 'done', reasonCode: 'lane-open' });
  expect([routes(), ended.unfired]).toEqual([[PATTERN], []]);
});

test('Cloudflare refuses the route: said so, and nothing is there', async () => {
  await expectClosedAgain(stage, scene, scene.open({ faults: [`cloudflare POST /client/v4${ROUTES} 1 403 content-type=application/json {"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}`] }), /is not there after it was created \(.*10000/u);
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
  await expectRefused(stage, scene.open({ faults: ['shop GET / 1 hang'] }), 'access-unproven', /no complete answer within/u);
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
