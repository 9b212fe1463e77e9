import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { expectConcluded, expectRan, message } from './stage/worker-ending.ts';
import { type Given, openWorkerStage, type WorkerStage } from './stage/worker-world.ts';

// Six calls of wrangler, each with a second for its start on an idle machine, and many on a busy one.
jest.setTimeout(180_000);

let stage: WorkerStage;
beforeAll(async () => {
  stage = await openWorkerStage();
});
afterAll(async () => stage[Symbol.asyncDispose]());

describe('a well version', () => {
  test.each<[string, Given, number]>([
    ['the answer to a shift was lost', { faults: ['cloudflare POST **/deployments 2 reset after-commit'] }, 1],
    ['the answer to the upload was lost, and wrangler uploaded twice', { faults: ['cloudflare POST **/versions 1 reset after-commit'] }, 2],
    ['one look at Cloudflare failed', { faults: ['cloudflare GET **/deployments 6 503'] }, 1],
    ['one answer of the page was an error', { faults: ['shop GET / 2 503'] }, 1],
  ])('%s: it serves all the same', async (_, given, versions) => {
    await stage.reset();
    const before = (await stage.versionsOf('new')).length;
    const ran = await stage.gradual(given);
    expectRan(ran, 'done', 'deployed');
    expect((await stage.versionsOf('new')).length - before).toBe(versions);
    expect(await stage.live()).toEqual({ [ran.main.outputs['version-id'] ?? '']: 100 });
    expect(stage.twin.cloudflare.serves('shop-dashboard')).toBe(stage.sha.new);
  });

  test('a switch that takes its time to be everywhere is waited for, also where the old version answers again after the new one', async () => {
    await stage.reset();
    stage.twin.cloudflare.lag(6000);
    const ran = await stage.gradual({ inputs: { steps: '100', 'soak-seconds': '6' } });
    stage.twin.cloudflare.lag(0);
    expectRan(ran, 'done', 'deployed');
    expect(ran.main.log).toMatch(/Not yet: version [\w-]+ answered/u);
    expect(await stage.live()).toEqual({ [ran.main.outputs['version-id'] ?? '']: 100 });
  });

  test('of a Worker that was never deployed is deployed at once, and that is said', async () => {
    await stage.reset();
    await stage.forget();
    const ran = await stage.gradual({});
    expectRan(ran, 'done', 'deployed');
    expect(ran.main.log).toContain('this first deployment is atomic');
    expect(stage.twin.cloudflare.serves('shop-dashboard')).toBe(stage.sha.new);
  });
});

test('a version of before that does not answer: a return to it could not be proven', async () => {
  const old = await stage.reset();
  const ran = await stage.gradual({ faults: ['shop GET /__version 1- 503'], inputs: { 'propagation-seconds': '2' } });
  expectRan(ran, 'failed', 'anchor-unreadable');
  expect(message(ran)).toContain(`Version ${old} of shop-dashboard is live, but the public URL does not answer with it`);
  expect(ran.writes).toEqual([]);
});

describe('what is not well is returned from', () => {
  test.each([10, 100])('an error at %d %%', async (percentage) => {
    const old = await stage.reset();
    let fresh = '';
    const meanwhile = async (): Promise<void> => {
      fresh = await stage.reached(old, percentage);
      await stage.sicken(fresh);
    };
    const ran = await stage.gradual({ inputs: { 'soak-seconds': '5' }, meanwhile });
    expectRan(ran, 'failed', 'returned');
    expectConcluded(ran);
    expect(message(ran)).toContain(`At ${percentage} % of version ${fresh}`);
    expect((await stage.history()).at(-1)).toEqual({ [old]: 100 });
    expect(await stage.visit()).toEqual({ status: 200, version: old });
    expect(ran.main.outputs).toMatchObject({ 'version-id': old, 'serving-sha': stage.sha.old });
  });

  test('a shift that Cloudflare refuses', async () => {
    const old = await stage.reset();
    const ran = await stage.gradual({ faults: ['cloudflare POST **/deployments 2-3 500 {"success":false,"errors":[{"code":10013,"message":"unknown"}],"result":null}'] });
    expectRan(ran, 'failed', 'returned');
    expect(message(ran)).toMatch(/At 0 % of version .+ could not shift traffic.+10013/u);
    expect(await stage.live()).toEqual({ [old]: 100 });
  });

  test('a version that does not come to answer within the bound', async () => {
    const old = await stage.reset();
    const before = (await stage.versionsOf('new')).length;
    const meanwhile = async (): Promise<void> => {
      while ((await stage.versionsOf('new')).length === before) await setTimeout(20);
      stage.twin.cloudflare.lag(40_000);
    };
    const ran = await stage.gradual({ inputs: { 'propagation-seconds': '3' }, meanwhile });
    stage.twin.cloudflare.lag(0);
    expectRan(ran, 'failed', 'returned');
    expect(message(ran)).toContain('did not answer within 3 s');
    expect(await stage.live()).toEqual({ [old]: 100 });
  });

  test('secrets that changed since are never forced: a person is told, with the command (10220)', async () => {
    const old = await stage.reset({ SECRET: 'one' });
    await stage.call('PUT', '/secrets', { name: 'SECRET', type: 'secret_text', text: 'two' });
    await stage.shiftAs(old, '', 0);
    let fresh = '';
    const ran = await stage.gradual({ inputs: { 'soak-seconds': '5', steps: '100' }, meanwhile: async () => stage.sicken((fresh = await stage.reached(old, 100))) });
    expectRan(ran, 'failed', 'return-failed');
    expectConcluded(ran);
    expect(message(ran)).toContain(`wrangler rollback ${old} --name shop-dashboard`);
    expect(message(ran)).toContain('10220');
    expect(await stage.live()).toEqual({ [fresh]: 100 });
  });

  test('a return whose answer was lost is a return', async () => {
    const old = await stage.reset();
    const ran = await stage.gradual({ commit: 'sick', faults: ['cloudflare POST **/deployments 2 reset after-commit'] });
    expectRan(ran, 'failed', 'returned');
    expect(await stage.live()).toEqual({ [old]: 100 });
  });
});

describe('a cancel returns', () => {
  test.each<[string, RegExp, number | null]>([
    // at                        the line of the log                   how many splits there were at most
    ['the upload',               /Upload with wrangler/u,              0],
    ['the shift to 0 %',         /Shift 0 %25 to version/u,            null],
    ['the watch at 0 %',         /Watch 0 %25/u,                       null],
    ['the shift to 10 %',        /Shift 10 %25 to version/u,           null],
    ['the watch at 10 %',        /Watch 10 %25/u,                      null],
    ['the shift to 100 %',       /Shift 100 %25 to version/u,          null],
    ['the watch at 100 %',       /Watch 100 %25/u,                     null],
    ['the routes',               /Set routes and settings/u,           null],
  ])('at %s', async (_, when, most) => {
    const old = await stage.reset();
    const ran = await stage.gradual({ inputs: { 'soak-seconds': '3' }, signals: [{ name: 'SIGINT', when }] });
    expectRan(ran, 'failed|unknown', 'cancelled');
    expect(ran.main.secondsAfterSignal).toBeLessThan(7);
    expect(await stage.live()).toEqual({ [old]: 100 });
    expect(await stage.visit()).toEqual({ status: 200, version: old });
    if (most !== null) expect(await stage.history()).toHaveLength(most);
    else expect(ran.post.log).toMatch(/returned: version [\w-]+ of shop-dashboard has all traffic, and answers|^$/u);
  });
});

test('what main could not finish within the seconds of a cancel, post does', async () => {
  const old = await stage.reset();
  // The third one is the return's own.
  const ran = await stage.gradual({ faults: ['cloudflare POST **/deployments 3 hang'], inputs: { 'soak-seconds': '10' }, signals: [{ name: 'SIGINT', when: /Watch 10 %25/u }] });
  expectRan(ran, 'failed|unknown', 'cancelled');
  expect(ran.post.log).toContain(`returned: version ${old} of shop-dashboard has all traffic, and answers.`);
  expect((await stage.history()).at(-1)).toEqual({ [old]: 100 });
  expect(await stage.visit()).toEqual({ status: 200, version: old });
});

test('a runner that loses its process leaves the return to post, too', async () => {
  const old = await stage.reset();
  const ran = await stage.gradual({ inputs: { 'soak-seconds': '10' }, signals: [{ name: 'SIGKILL', when: /Watch 10 %25/u }] });
  expect(ran.main.exitCode).toBeNull();
  expect(ran.post.log).toContain(`returned: version ${old}`);
  expect(await stage.live()).toEqual({ [old]: 100 });
});

describe('without the lock', () => {
  test('nothing is uploaded, and nothing returned', () => stage.withoutLock(async (lose) => {
    const before = await stage.reset();
    const old = await stage.reset();
    await lose();
    const [ran, returned] = [await stage.gradual({}), await stage.returnTo(before)];
    expectRan(ran, 'failed', 'fence-lost');
    expectRan(returned, 'failed', 'fence-lost');
    expect([ran.writes, returned.writes, await stage.live()]).toEqual([[], [], { [old]: 100 }]);
  }));

  test('that is lost between two steps, no further step is taken', () => stage.withoutLock(async (lose) => {
    const old = await stage.reset();
    const ran = await stage.gradual({ inputs: { 'soak-seconds': '4' }, meanwhile: async () => {
      await stage.reached(old, 10);
      await lose();
    } });
    expectRan(ran, 'failed', 'returned');
    expect(message(ran)).toContain("the deploy lock of production is not this run's: there is none");
    expect(await stage.live()).toEqual({ [old]: 100 });
  }));
});
