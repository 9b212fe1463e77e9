import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { expectConcluded, expectRan, message } from './stage/worker-ending.ts';
import { openWorkerStage, type WorkerStage } from './stage/worker-world.ts';

// Six calls of wrangler, each with a second for its start on an idle machine, and many on a busy one.
jest.setTimeout(180_000);

let stage: WorkerStage;
beforeAll(async () => {
  stage = await openWorkerStage();
});
afterAll(async () => stage[Symbol.asyncDispose]());

describe('a well version', () => {
  test('goes from 0 % by every step to 100 %, each one read back, tagged with the commit', async () => {
    const old = await stage.reset();
    const ran = await stage.gradual({ inputs: { steps: '10, 50, 100' } });
    expectRan(ran, 'done', 'deployed');
    expectConcluded(ran);
    const [fresh = '', ...others] = await stage.versionsOf('new');
    expect(others).toEqual([]);
    expect(await stage.history()).toEqual([{ [fresh]: 0, [old]: 100 }, { [fresh]: 10, [old]: 90 }, { [fresh]: 50, [old]: 50 }, { [fresh]: 100 }]);
    expect(ran.writes).toEqual(['POST versions', 'PATCH script-settings', 'POST deployments', 'POST deployments', 'POST deployments', 'POST deployments', 'POST subdomain', 'PUT routes']);
    // MB of the action alone: wrangler's processes are not in it.
    expect(ran.main.peakMb).toBeLessThan(120);
    expect(ran.main.outputs).toMatchObject({ 'serving-sha': stage.sha.new, 'previous-sha': stage.sha.old, 'version-id': fresh, 'previous-version-id': old });
    expect(await stage.call('GET', `/versions/${fresh}`)).toMatchObject({ annotations: { 'workers/tag': stage.sha.new, 'workers/message': 'https://github.com/example/shop/actions/runs/1001/attempts/1 by @operator' } });
    const again = await stage.gradual({});
    expectRan(again, 'skipped', 'already-serves');
    expect(again.writes).toEqual([]);
  });

  test('with assets needs an affinity that somebody vouches for', async () => {
    await stage.reset();
    const refused = await stage.gradual({ commit: 'assets' });
    expectRan(refused, 'failed', 'invalid-input');
    expect(message(refused)).toContain('`version-affinity: true`');
    expect(refused.writes).toEqual([]);
    expectRan(await stage.gradual({ commit: 'assets', inputs: { 'version-affinity': 'true', steps: '100' } }), 'done', 'deployed');
  });
});

describe('refused before any write', () => {
  test.each(['10, 50', '50, 10, 100', '10, 10, 100', '0, 100', '10, 101', '12.5, 100', 'all', ','])('the plan %j', async (steps) => {
    const ran = await stage.gradual({ inputs: { steps } });
    expectRan(ran, 'failed', 'invalid-input');
    expect(message(ran)).toContain(`input \`steps\` is ${JSON.stringify(steps)}. Allowed: whole percentages that rise and end at 100.`);
    expect(ran.writes).toEqual([]);
  });

  test("somebody else's gradual deployment in progress", async () => {
    const old = await stage.reset();
    const other = await stage.foreign();
    await stage.shiftAs(old, other, 30);
    const ran = await stage.gradual({});
    expectRan(ran, 'failed', 'deployment-split');
    expect(ran.writes).toEqual([]);
    expect(await stage.live()).toEqual({ [old]: 70, [other]: 30 });
  });
});

describe('what is not well is returned from', () => {
  test('an error at 0 %: no visitor ever met it', async () => {
    const old = await stage.reset();
    const ran = await stage.gradual({ commit: 'sick' });
    expectRan(ran, 'failed', 'returned');
    expectConcluded(ran);
    const [fresh = ''] = await stage.versionsOf('sick');
    expect(message(ran)).toContain(`At 0 % of version ${fresh}: Version ${fresh}: HTTP 500 from https://dashboard.shop.example/. Version ${old} has all traffic again, and answers.`);
    expect(await stage.history()).toEqual([{ [fresh]: 0, [old]: 100 }, { [old]: 100 }]);
    expect(await stage.visit()).toEqual({ status: 200, version: old });
  });
});

test('a second actor between two steps: what they made is left as it is', async () => {
  const old = await stage.reset();
  const other = await stage.foreign();
  const ran = await stage.gradual({ inputs: { 'soak-seconds': '5' }, meanwhile: async () => {
    await stage.reached(old, 10);
    await stage.shiftAs(old, other, 100);
  } });
  expectRan(ran, 'failed', 'drifted');
  expectConcluded(ran);
  expect(message(ran)).toContain(`${other} at 100 %`);
  expect(await stage.live()).toEqual({ [other]: 100 });
});

test('a cancel returns', async () => {
  const old = await stage.reset();
  const ran = await stage.gradual({ inputs: { 'soak-seconds': '10' }, signals: [{ name: 'SIGINT', when: /Watch 10 %25/u }] });
  expectRan(ran, 'failed|unknown', 'cancelled');
  expect(ran.main.secondsAfterSignal).toBeLessThan(7);
  expect(await stage.live()).toEqual({ [old]: 100 });
  expect(await stage.visit()).toEqual({ status: 200, version: old });
});

describe('operation return', () => {
  test('puts the version at 100 % by its id, over a split that was left behind; there already, nothing is written', async () => {
    const old = await stage.reset();
    const other = await stage.foreign();
    await stage.shiftAs(old, other, 30);
    const ran = await stage.returnTo(old);
    expectRan(ran, 'done', 'returned');
    expect(ran.writes).toEqual(['POST deployments']);
    expect(await stage.live()).toEqual({ [old]: 100 });
    expect(ran.main.outputs).toMatchObject({ 'serving-sha': stage.sha.old, 'version-id': old });
    const again = await stage.returnTo(old);
    expectRan(again, 'skipped', 'unchanged');
    expect(again.writes).toEqual([]);
  });

  test('a version that does not come to answer is told, with the command', async () => {
    const first = await stage.reset();
    await stage.reset();
    const ran = await stage.returnTo(first, { faults: ['shop GET /__version 2- 500'], inputs: { 'propagation-seconds': '2' } });
    expectRan(ran, 'failed', 'return-failed');
    expect(message(ran)).toContain(`wrangler versions deploy ${first}@100% -y --name shop-dashboard`);
    expect(await stage.live()).toEqual({ [first]: 100 });
  });

  test.each<[string, string, string]>([
    ['no UUID', 'latest', 'Allowed: the id of a version, a UUID.'],
    ['a version that there is not', '00000000-0000-4000-8000-000000000000', 'could not be read'],
  ])('%s is refused, and nothing is written', async (_, id, sentence) => {
    await stage.reset();
    const ran = await stage.returnTo(id);
    expectRan(ran, 'failed', 'invalid-input');
    expect(message(ran)).toContain(sentence);
    expect(ran.writes).toEqual([]);
  });

  test('secrets that changed since are never forced', async () => {
    const old = await stage.reset({ SECRET: 'one' });
    await stage.call('PUT', '/secrets', { name: 'SECRET', type: 'secret_text', text: 'two' });
    const live = await stage.live();
    const ran = await stage.returnTo(old);
    expectRan(ran, 'failed', 'return-failed');
    expect(message(ran)).toContain(`wrangler rollback ${old} --name shop-dashboard`);
    expect(await stage.live()).toEqual(live);
  });
});
