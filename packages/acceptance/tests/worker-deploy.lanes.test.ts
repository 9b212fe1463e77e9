import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { notesOf } from './stage/ending.ts';
import { expectRan, message } from './stage/worker-ending.ts';
import { type Given, openWorkerStage, type WorkerStage } from './stage/worker-world.ts';

// One waits for a propagation of 40 s.
jest.setTimeout(180_000);

let stage: WorkerStage;
let old: string;
beforeAll(async () => { stage = await openWorkerStage(); });
afterAll(async () => stage[Symbol.asyncDispose]());

const ONE_LOOK = { 'propagation-seconds': '3' };
const refusal = (status: number, code: number, text: string): string => `${status} {"success":false,"errors":[{"code":${code},"message":"${text}"}],"messages":[],"result":null}`;

describe('the new version serves, whatever wrangler came to', () => {
  test.each<[string, Given, number]>([
    ['nothing went wrong', {}, 1],
    ['the answer to the switch was lost: exit code 1, and it is live', { faults: ['cloudflare POST **/deployments 1 reset after-commit'] }, 1],
    ['the answer to the upload was lost, and wrangler uploaded twice', { faults: ['cloudflare POST **/versions 1 reset after-commit'] }, 2],
    ['a route failed once after the switch: it is set by a second try', { faults: ['cloudflare PUT **/routes 1 500'] }, 1],
    ['Cloudflare asked us to wait a second', { faults: ['cloudflare GET **/deployments 1 429 retry-after=1'] }, 1],
    ["the job's environment silences wrangler", { environment: { WRANGLER_LOG: 'none', CLOUDFLARE_API_BASE_URL: 'https://elsewhere.example/client/v4' } }, 1],
    ['a .env of the checkout names another API and another account', { commit: 'dotenv' }, 1],
    ['the old version answered once more after the new one', { faults: ['shop GET /__version 3 200 {"sha":"OLD","versionId":"OLD"}'] }, 1],
  ])('%s', async (_, given, versions) => {
    old = await stage.reset();
    const { commit = 'new', faults = [] } = given;
    const before = (await stage.versionsOf(commit)).length;
    const ran = await stage.deploy({ ...given, faults: faults.map((fault) => fault.replace('"versionId":"OLD"', `"versionId":"${old}"`).replace('"sha":"OLD"', `"sha":"${stage.sha.old}"`)) });
    expectRan(ran, 'done', 'deployed');
    const { wrangler } = JSON.parse(ran.main.outputs['result'] ?? '') as { wrangler: { mended: boolean | null } };
    expect(notesOf(ran.main).map(({ kind }) => kind)).toEqual(wrangler.mended === true ? ['healed'] : []);
    expect((await stage.versionsOf(commit)).length - before).toBe(versions);
    expect(await stage.live()).toEqual({ [ran.main.outputs['version-id'] ?? '']: 100 });
    expect(stage.twin.cloudflare.serves('shop-dashboard')).toBe(stage.sha[commit]);
  });

  test('it takes 40 s to be everywhere, and in between either version answers: waited for within the 60 s of the default', async () => {
    await stage.reset();
    stage.twin.cloudflare.lag(40_000);
    const ran = await stage.deploy({ inputs: { 'propagation-seconds': '60' } }).finally(() => stage.twin.cloudflare.lag(0));
    expectRan(ran, 'done', 'deployed');
    expect(ran.main.log).toContain('the public URL does not answer with it yet');
    expect(ran.main.seconds).toBeGreaterThan(20);
  });

  test('the same commit again: not even wrangler is started', async () => {
    await stage.reset();
    await stage.deploy({});
    const again = await stage.deploy({});
    expectRan(again, 'skipped', 'already-serves');
    expect(again.writes).toEqual([]);
    expect(again.main.log).not.toContain('wrangler');
  });

  test('an empty list of routes takes none away: the old route leads to the new version', async () => {
    await stage.reset();
    const ran = await stage.deploy({ commit: 'unrouted' });
    expectRan(ran, 'done', 'deployed');
    expect((await stage.visit()).version).toBe(ran.main.outputs['version-id']);
  });
});

test('the switch took place, and routes cannot be set, also not by a second try: partial, with the command', async () => {
  await stage.reset();
  const ran = await stage.deploy({ faults: ['cloudflare PUT **/routes 1- 500'] });
  expectRan(ran, 'partial', 'live-with-trigger-failure');
  expect(message(ran)).toMatch(/serves [0-9a-f]{7} \(new\)\..*routes and settings may not be as configured.*-f redeploy=true/u);
  expect(stage.twin.cloudflare.serves('shop-dashboard')).toBe(stage.sha.new);
});

describe('the old version serves, and that is said', () => {
  test.each<[string, Given, string, string, string]>([
    ['the switch is refused by the rate limit, which wrangler does not try again', { faults: ['cloudflare POST **/deployments 1 429 retry-after=1'] }, 'failed', 'not-deployed', 'Wrangler ended with exit code 1'],
    ['the token may read and not write', { faults: [`cloudflare POST **/versions 1- ${refusal(403, 10000, 'Authentication error')}`] }, 'failed', 'not-deployed', 'Authentication error [code: 10000]'],
    ['a namespace is not there, and none is made', { commit: 'providing' }, 'failed', 'not-deployed', 'CACHE'],
  ])('%s', async (_, given, decision, reasonCode, sentence) => {
    old = await stage.reset();
    const ran = await stage.deploy(given);
    expectRan(ran, decision, reasonCode);
    expect(message(ran)).toContain(`The Dashboard serves ${stage.sha.old.slice(0, 7)} (old).`);
    expect(message(ran)).toContain(sentence);
    expect(await stage.live()).toEqual({ [old]: 100 });
    expect(ran.writes.filter((write) => write.endsWith('namespaces'))).toEqual([]);
  });
});

describe('before any write', () => {
  test.each<[string, Given, string, string]>([
    ['the configuration is of another account', { commit: 'moved' }, 'invalid-config', `apps/dashboard/wrangler.jsonc says account_id ${'f'.repeat(32)}`],
    ['the configuration is of another Worker', { commit: 'renamed' }, 'invalid-config', 'with --env "production" deploys the Worker "shop-other-production"'],
    ['the token is disabled or expired', { faults: [`cloudflare GET **/deployments 1- ${refusal(401, 1000, 'Invalid API Token')}`] }, 'anchor-unreadable', 'Invalid API Token'],
    ['the token is of another account', { faults: [`cloudflare GET **/deployments 1- ${refusal(403, 9109, 'Unauthorized to access requested resource')}`] }, 'anchor-unreadable', 'The account is 0123456789abcdef0123456789abcdef, by `environments.production.surfaces.dashboard.account-id`'],
    ['Cloudflare answers with a page', { faults: ['cloudflare GET **/deployments 1- 403 content-type=text/html <html>'] }, 'anchor-unreadable', 'Nothing was uploaded'],
  ])('%s', async (_, given, reasonCode, sentence) => {
    old = await stage.reset();
    const ran = await stage.deploy(given);
    expectRan(ran, 'failed', reasonCode);
    expect(message(ran)).toContain(sentence);
    expect([ran.writes, await stage.live()]).toEqual([[], { [old]: 100 }]);
  });

  test("somebody else's gradual deployment is not ended", async () => {
    old = await stage.reset();
    const theirs = await stage.foreign();
    await stage.shiftAs(old, theirs, 10);
    const ran = await stage.deploy({});
    expectRan(ran, 'failed', 'deployment-split');
    expect([ran.writes, await stage.live()]).toEqual([[], { [old]: 90, [theirs]: 10 }]);
  });
});

test('what is live cannot be read after the upload: nobody guesses', async () => {
  await stage.reset();
  const ran = await stage.deploy({ faults: ['cloudflare GET **/deployments 3- 503'], inputs: ONE_LOOK });
  expectRan(ran, 'unknown', 'serves-unproven');
  expect(message(ran)).toContain('wrangler deployments status --name shop-dashboard');
});

test.each<[string, RegExp]>([
  ['before wrangler', /Renew the deploy lock/u],
  ['while wrangler uploads', /Total Upload/u],
  ['while it is read back', /Read back/u],
])('a cancel %s leaves no child, and says what is live', async (_, when) => {
  old = await stage.reset();
  stage.twin.cloudflare.lag(4000);
  const ran = await stage.deploy({ signals: [{ name: 'SIGINT', when }] }).finally(() => stage.twin.cloudflare.lag(0));
  expectRan(ran, 'failed|unknown', 'cancelled');
  const [live = ''] = Object.keys(await stage.live());
  if (ran.main.outputs['decision'] === 'failed') expect(live).toBe(old);
  else expect(message(ran)).toContain(live);
});
