import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { COMMITS, type FlyStage, openFlyStage } from './stage/fly-world.ts';

// What the table of faults (fly-deploy-faults/, script/test --lanes) does not ask: what is said of Machines that no deploy may touch, or that one left.

jest.setTimeout(60_000);

const subject = subjectOf('fly-deploy');
let stage: FlyStage;
beforeAll(async () => void (stage = await openFlyStage()));
afterAll(async () => stage[Symbol.asyncDispose]());

test('a Machine whose host Fly cannot reach stops the deploy before the first write, and is named', async () => {
  await using shop = await stage.openShop('rolling');
  const { ended, writes, unfired } = await shop.deploy({ commit: 'main', faults: ['fly machine app/1 * host-unreachable'], inputs: { 'settle-seconds': '2' } });
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'not-settled' });
  expect(annotations(ended)).toEqual([expect.stringMatching(/the Machines did not settle within 2 s: Machine [0-9a-f]{14} \[app\].*unreachable.*Nothing was written\./u)]);
  expect({ writes, unfired }).toEqual({ writes: 0, unfired: [] });
});

test('what a killed flyctl still holds is listed with whose it is and when it ends', async () => {
  await using shop = await stage.openShop('bluegreen');
  const { ended } = await shop.deploy({ commit: 'main', faults: ['fly machine app/3 * never-healthy', 'tool flyctl 1 killed-after 60s'] });
  // The green worker works beside the old one.
  expectEnding(ended, subject, { decision: 'partial', reasonCode: 'mixed' });
  const { leases } = JSON.parse(ended.outputs['result'] ?? '') as { leases: { machine: string; owner: string; 'expires-at': string }[] };
  expect(leases.length).toBeGreaterThan(0);
  for (const { owner, 'expires-at': end } of leases) expect({ owner, end }).toEqual({ owner: 'deploy@tokens.fly.io', end: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u) });
  expect(annotations(ended)[0]).toContain(`flyctl left leases, which end by themselves: Machine ${leases[0]?.machine ?? ''} is leased by`);
  expect(stage.twin.fly.truth(shop.app).vendure).toBe(COMMITS.previous);
});

test("a token of the whole organization deploys with a warning that names what else it reaches; the app's own does not", async () => {
  await using shop = await stage.openShop('rolling');
  await using other = await stage.openShop('rolling');
  const faults = ['tool flyctl 1 exit 0 without-effect'];
  const wide = await shop.deploy({ commit: 'main', faults, inputs: { 'fly-api-token': stage.twin.credentials.flyApiToken } });
  expect(wide.ended.log).toContain(`::warning::fly-deploy: input \`fly-api-token\` reaches 1 more app of the organization (${other.app}). A deploy needs a token of ${shop.app} alone:  flyctl tokens create deploy --app ${shop.app}`);
  const narrow = await shop.deploy({ commit: 'main', faults });
  expect(narrow.ended.log).not.toContain('reaches');
  const foreign = await shop.deploy({ commit: 'main', inputs: { 'fly-api-token': stage.twin.fly.deployToken(other.app) } });
  expectEnding(foreign.ended, subject, { decision: 'failed', reasonCode: 'anchor-unreadable' });
  expect(annotations(foreign.ended)[0]).toContain(`there is no app "${shop.app}" for this \`fly-api-token\``);
});

test('a rest that cannot fit into the budget stops a strict deploy before its first write, and is a warning to any other', async () => {
  await using shop = await stage.openShop('rolling');
  const inputs = { 'started-at': new Date(Date.now() - 100_000).toISOString(), forecast: JSON.stringify({ samples: 3, phases: { vendure: { seconds: 250, job: 260 }, verify: { seconds: 5, job: 9 }, report: null } }), 'sla-seconds': '300' };
  const strict = await shop.deploy({ commit: 'main', inputs: { ...inputs, 'sla-strict': 'true' } });
  expectEnding(strict.ended, subject, { decision: 'failed', reasonCode: 'sla-unreachable' });
  expect(annotations(strict.ended)).toEqual([expect.stringMatching(/fly-deploy: 1\d\d\.\d s of 300 s have passed, and the rest usually takes 2\d\d\.\d s \(vendure 2\d\d\.\d, verify 9\.0, report not known; the median of 3 deploys\): this run cannot end in time/u)]);
  expect([strict.writes, stage.twin.fly.truth(shop.app).vendure]).toEqual([0, COMMITS.previous]);
  const lenient = await shop.deploy({ commit: 'main', inputs });
  expectEnding(lenient.ended, subject, { decision: 'done', reasonCode: 'target-serves' });
  expect(lenient.ended.log).toMatch(/^::warning::SLA: 1\d\d\.\d s of 300 s have passed/mu);
});
