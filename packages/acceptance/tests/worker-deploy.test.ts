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
