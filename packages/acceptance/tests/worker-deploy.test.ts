import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { expectKept } from './stage/leaks.ts';
import { openWorkerStage, type WorkerStage } from './stage/worker-world.ts';

jest.setTimeout(180_000);

const subject = subjectOf('cf-worker-deploy');
// With what dotenv would expand, and JSON and a shell would escape.
const VALUE = 'a-secret $HOME "quoted" \\ of the Worker';
let stage: WorkerStage;
beforeAll(async () => { stage = await openWorkerStage(); });
afterAll(async () => { await stage[Symbol.asyncDispose](); });

test.each(['deploy', 'gradual'] as const)('%s: the secrets travel in the version that is uploaded; those that are not named stay', async (operation) => {
  await stage.reset({ KEPT: 'of an earlier version' });
  const { main, writes } = await stage[operation]({ inputs: { 'worker-secrets': `API_KEY=${VALUE}` } });
  expectEnding(main, subject, { decision: 'done', reasonCode: 'deployed' });
  expect(stage.secretsOf(main.outputs['version-id'] ?? '')).toEqual({ API_KEY: VALUE, KEPT: 'of an earlier version' });
  expect(writes.filter((write) => write.includes('secrets'))).toEqual([]);
  expectKept(main, VALUE);
});

test('operation build takes none of them', async () => {
  const { main } = await stage.run('build', { inputs: { 'worker-secrets': `API_KEY=${VALUE}`, 'cloudflare-api-token': '', 'github-token': '' } });
  expect(annotations(main)[0]).toContain("operation build runs the shop's own code and takes no token. Leave `worker-secrets` out of this step");
});

test('a route in a zone that Cloudflare does not know is told before the upload: wrangler would find it after the switch', async () => {
  const old = await stage.reset();
  const { main, writes } = await stage.deploy({ faults: ['cloudflare GET /client/v4/zones 1- 200 {"success":true,"errors":[],"messages":[],"result":[]}'] });
  expectEnding(main, subject, { decision: 'failed', reasonCode: 'invalid-config' });
  expect(annotations(main)[0]).toContain('apps/dashboard/wrangler.jsonc has a route in the zone shop.example, which Cloudflare does not know for this token');
  expect([writes, await stage.live()]).toEqual([[], { [old]: 100 }]);
});

const USUAL = { seconds: 200, job: 210 };

test.each<[string, object, string, string, RegExp]>([
  // the phases of the run                      it                                    says
  ['the first that this run writes to',         { dashboard: USUAL, verify: USUAL },  'failed', 'sla-unreachable', /s of 300 s have passed, and the rest usually takes 4\d\d\.\d s \(dashboard .*, verify 210\.0; the median of 4 deploys\): this run cannot end in time/u],
  ['not the first: half a deploy is no better', { vendure: USUAL, dashboard: USUAL }, 'done',   'deployed',        /^(?![\s\S]*SLA:)/u],
])('a strict budget that cannot be kept, at the Dashboard, which is %s', async (_, phases, decision, reasonCode, says) => {
  const old = await stage.reset();
  const { main, writes } = await stage.deploy({ inputs: { 'started-at': new Date(Date.now() - 50_000).toISOString(), forecast: JSON.stringify({ samples: 4, phases }), 'sla-seconds': '300', 'sla-strict': 'true' } });
  expectEnding(main, subject, { decision, reasonCode });
  expect(main.log).toMatch(says);
  if (decision === 'failed') expect([writes, await stage.live()]).toEqual([[], { [old]: 100 }]);
});
