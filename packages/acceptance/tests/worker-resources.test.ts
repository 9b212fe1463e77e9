import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { TwinRun } from '@vendure-deploy/twin';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { CONFIG_FILE, shopConfig } from './stage/config.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openWorld, type World } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('cf-worker-deploy');
const ACCOUNT = '0123456789abcdef0123456789abcdef';
let world: World;
beforeAll(async () => { world = await openWorld(); });
afterAll(async () => { await world[Symbol.asyncDispose](); });

test('what is missing is created once, and its id is put out; the second time nothing is written', async () => {
  const [kv, r2] = [['first-flags', 'first-sessions'], ['first-cache']];
  await using run = await world.openRun();
  const made = await ensure(run, { kv, r2 });
  expectEnding(made, subject, { decision: 'done', reasonCode: 'resources-ready' });
  const there = await account();
  expect(JSON.parse(made.outputs['resources'] ?? '')).toEqual({ kv: Object.fromEntries(kv.map((title) => [title, there.kv.find((one) => one.title === title)?.id])), r2 });
  expect(run.writes()).toBe(3);

  await using again = await world.openRun();
  const same = await ensure(again, { kv, r2 });
  expectEnding(same, subject, { decision: 'skipped', reasonCode: 'resources-ready' });
  expect(again.writes()).toBe(0);
  expect(same.outputs['resources']).toBe(made.outputs['resources']);
});

test('two set-ups at once end alike, and there is one of each', async () => {
  await using run = await world.openRun('cloudflare GET /client/v4/accounts/*/storage/kv/namespaces 1-2 delay 2s');
  const both = await Promise.all([0, 1].map(() => ensure(run, { kv: ['at-once'], r2: ['at-once-cache'] })));
  for (const one of both) expect(one.outputs).toMatchObject({ 'reason-code': 'resources-ready', resources: both[0]?.outputs['resources'] });
  expect((await account()).kv.filter(({ title }) => title === 'at-once')).toHaveLength(1);
});

test.each([
  ['an answer that is lost', 'cloudflare POST /client/v4/accounts/*/storage/kv/namespaces 1 reset after-commit', { decision: 'done', reasonCode: 'resources-ready' }, /^$/],
  ['a token without the right', 'cloudflare POST /client/v4/accounts/*/storage/kv/namespaces 1- 403 {"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"result":null}', { decision: 'failed', reasonCode: 'resources-missing' }, /Not there: KV namespace [\w-]+ \(.*10000: Authentication error.*the token needs "Workers KV Storage: Edit"/],
])('%s: what is read afterwards decides', async (name, fault, ending, words) => {
  await using run = await world.openRun(fault);
  const ended = await ensure(run, { kv: [`after-${name.replaceAll(' ', '-')}`], r2: [] });
  expectEnding(ended, subject, ending);
  expect(annotations(ended).join('')).toMatch(words);
});

test('a configuration that names nothing, and a bucket that R2 would refuse, are told before any request', async () => {
  await using run = await world.openRun();
  const nothing = await ensure(run, { kv: [], r2: [] });
  expect(annotations(nothing)[0]).toContain('resources names nothing to be ensured');
  const wrong = await ensure(run, { kv: [], r2: ['Not_A_Bucket'] });
  expect(annotations(wrong)[0]).toContain('The name of an R2 bucket: 3 to 63 lower-case letters');
  expect(run.requests()).toEqual([]);
});

function ensure(run: TwinRun, { kv, r2 }: { kv: readonly string[]; r2: readonly string[] }): Promise<ActionRun> {
  const config = shopConfig().replace('        worker: shop-storefront\n', `        worker: shop-storefront\n        resources: { kv: ${JSON.stringify(kv)}, r2: ${JSON.stringify(r2)} }\n`);
  return startAction({
    folder: subject.folder, environment: run.environment, files: { [CONFIG_FILE]: config },
    inputs: { operation: 'ensure-resources', environment: 'production', surface: 'storefront', sha: world.commits.main, 'cloudflare-api-token': world.twin.credentials.cloudflareApiToken },
  });
}

/** The ground truth, asked without the run. */
async function account(): Promise<{ kv: { id: string; title: string }[] }> {
  const answer = await world.twin.cloudflare.provider.fetch(new Request(`https://api.cloudflare.com/client/v4/accounts/${ACCOUNT}/storage/kv/namespaces?per_page=1000`, { headers: { authorization: `Bearer ${world.twin.credentials.cloudflareApiToken}` } }));
  return { kv: ((await answer.json()) as { result: { id: string; title: string }[] }).result };
}
