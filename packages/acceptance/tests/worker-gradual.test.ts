import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { type Given, openWorkerStage, type Ran, type WorkerStage } from './stage/worker-world.ts';

// Six calls of wrangler, each with a second for its start on an idle machine, and many on a busy one.
jest.setTimeout(180_000);

const subject = subjectOf('cf-worker-deploy');
let stage: WorkerStage;
beforeAll(async () => {
  stage = await openWorkerStage();
});
afterAll(async () => stage[Symbol.asyncDispose]());

const message = ({ main }: Ran): string => annotations(main).join('\n');

/** Every case: what was told is what is true, no fault was missed, and no call left the twin. */
function expectRan(ran: Ran, decision: string, reasonCode: string): void {
  expectEnding(ran.main, subject, { decision: new RegExp(`^(?:${decision})$`, 'u'), reasonCode });
  expect({ unfired: ran.unfired, strayCalls: ran.strayCalls }).toEqual({ unfired: [], strayCalls: [] });
  expect({ exitCode: ran.post.exitCode, log: ran.post.log }).toEqual({ exitCode: 0, log: ran.post.log });
  expect(ran.post.orphans).toEqual([]);
}

/** Nothing is left to the post step where main came to its end. */
function expectConcluded(ran: Ran): void {
  expect(ran.post.log).toBe('');
}

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
    expect(ran.main.outputs).toMatchObject({ 'serving-sha': stage.sha.new, 'previous-sha': stage.sha.old, 'version-id': fresh, 'previous-version-id': old });
    expect(await stage.call('GET', `/versions/${fresh}`)).toMatchObject({ annotations: { 'workers/tag': stage.sha.new, 'workers/message': 'https://github.com/example/shop/actions/runs/1001/attempts/1 by @operator' } });
    const again = await stage.gradual({});
    expectRan(again, 'skipped', 'already-serves');
    expect(again.writes).toEqual([]);
  });

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

  test('with assets needs an affinity that somebody vouches for', async () => {
    await stage.reset();
    const refused = await stage.gradual({ commit: 'assets' });
    expectRan(refused, 'failed', 'invalid-input');
    expect(message(refused)).toContain('`version-affinity: true`');
    expect(refused.writes).toEqual([]);
    expectRan(await stage.gradual({ commit: 'assets', inputs: { 'version-affinity': 'true', steps: '100' } }), 'done', 'deployed');
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

describe('refused before any write', () => {
  test.each(['10, 50', '50, 10, 100', '10, 10, 100', '0, 100', '10, 101', '12.5, 100', 'all', ','])('the plan %j', async (steps) => {
    const ran = await stage.gradual({ inputs: { steps } });
    expectRan(ran, 'failed', 'invalid-input');
    expect(message(ran)).toContain(`input \`steps\` is ${JSON.stringify(steps)}. Allowed: whole percentages that rise and end at 100.`);
    expect(ran.writes).toEqual([]);
  });

  test("somebody else's gradual deployment in progress", async () => {
    const old = await stage.reset();
    const other = await foreign();
    await shiftAs(old, other, 30);
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
    stage.twin.cloudflare.lag(40_000);
    const ran = await stage.gradual({ inputs: { 'propagation-seconds': '3' } });
    stage.twin.cloudflare.lag(0);
    expectRan(ran, 'failed', 'returned');
    expect(message(ran)).toContain('did not answer within 3 s');
    expect(await stage.live()).toEqual({ [old]: 100 });
  });

  test('secrets that changed since are never forced: a person is told, with the command (10220)', async () => {
    const old = await stage.reset({ SECRET: 'one' });
    await stage.call('PUT', '/secrets', { name: 'SECRET', type: 'secret_text', text: 'two' });
    await shiftAs(old, '', 0);
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

test('a second actor between two steps: what they made is left as it is', async () => {
  const old = await stage.reset();
  const other = await foreign();
  const ran = await stage.gradual({ inputs: { 'soak-seconds': '5' }, meanwhile: async () => {
    await stage.reached(old, 10);
    await shiftAs(old, other, 100);
  } });
  expectRan(ran, 'failed', 'drifted');
  expectConcluded(ran);
  expect(message(ran)).toContain(`${other} at 100 %`);
  expect(await stage.live()).toEqual({ [other]: 100 });
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
    expect(message(ran)).toContain("the deploy lock of production is not this run's: it is free");
    expect(await stage.live()).toEqual({ [old]: 100 });
  }));
});

describe('operation return', () => {
  test('puts the version at 100 % by its id, over a split that was left behind; there already, nothing is written', async () => {
    const old = await stage.reset();
    const other = await foreign();
    await shiftAs(old, other, 30);
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

/** A version that somebody else uploaded. */
async function foreign(): Promise<string> {
  await stage.call('PATCH', '/../../workers/shop-dashboard/versions/latest', { annotations: { 'workers/tag': 'theirs' } });
  const { items } = (await stage.call('GET', '/versions')) as { items: { id: string }[] };
  return items[0]?.id ?? '';
}

/** As a second actor, forced. */
async function shiftAs(old: string, other: string, percentage: number): Promise<void> {
  const versions = [...(percentage === 0 ? [] : [{ version_id: other, percentage }]), ...(percentage === 100 ? [] : [{ version_id: old, percentage: 100 - percentage }])];
  await stage.call('POST', '/deployments?force=true', { strategy: 'percentage', versions });
}
