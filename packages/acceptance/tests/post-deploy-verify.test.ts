import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { CONFIG_FILE, shopConfig } from './stage/config.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openShop, type Shop } from './stage/shop.ts';

jest.setTimeout(60_000);

const subject = subjectOf('post-deploy-verify');
const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);
let shop: Shop;

beforeEach(async () => {
  shop = await openShop(NEW);
});
afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

test('every surface serves the commit: done, after one look at each', async () => {
  const run = await verify();
  expectEnding(run, subject, { decision: 'done', reasonCode: 'all-probes-passed' });
  expect(run.outputs['ok']).toBe('true');
  expect(shop.vendure.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /version', 'GET /health/ready', 'POST /shop-api']);
  for (const worker of [shop.dashboard, shop.storefront]) expect(worker.requests.map(({ path }) => path)).toEqual(['/__version', '/']);
});

test.each<[string, (shop: Shop) => void, string]>([
  ['the Storefront serves the commit before', ({ storefront }) => { storefront.sha = OLD; }, 'storefront: serves aaaaaaa, not bbbbbbb'],
  ['Vendure is degraded', ({ vendure }) => { vendure.health = 'degraded'; }, 'status "degraded"'],
  ['the Dashboard does not answer', ({ dashboard }) => { dashboard.sha = null; }, 'dashboard: HTTP 503 from http://127.0.0.1:'],
])('%s: it fails and says which surface, and what to type', async (_, break_, sentence) => {
  break_(shop);
  const run = await verify();
  expectEnding(run, subject, { decision: 'failed', reasonCode: 'probe-failed' });
  expect(run.outputs['ok']).toBe('false');
  expect(annotations(run)).toEqual([expect.stringContaining(sentence)]);
  expect(annotations(run)[0]).toContain('gh run rerun 1001 --failed');
  expect(run.summary).toContain('| failed |');
});

test('what is right at the second attempt is right', async () => {
  shop.dashboard.sha = null;
  shop.dashboard.onRequest = () => {
    if (shop.dashboard.requests.length > 1) shop.dashboard.sha = NEW;
  };
  const run = await verify({ attempts: '3' });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'all-probes-passed' });
  expect(run.summary).toMatch(/^\| dashboard \| passed \| `bbbbbbb` \| 2 \|/mu);
});

test('only the surfaces that were named are asked, and an unknown one is refused', async () => {
  const run = await verify({ surfaces: 'storefront\n' });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'all-probes-passed' });
  expect([shop.vendure, shop.dashboard].map(({ requests }) => requests.length)).toEqual([0, 0]);

  const refused = await verify({ surfaces: 'storefront\nwordpress' });
  expectEnding(refused, subject, { decision: 'failed', reasonCode: 'invalid-input' });
  expect(annotations(refused)).toEqual(['post-deploy-verify: input `surfaces` names "wordpress". Allowed: vendure, dashboard, storefront. Leave it empty for all of them.']);
});

function verify(inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  return startAction({
    folder: subject.folder,
    inputs: { environment: 'production', sha: NEW, attempts: '1', 'interval-seconds': '1', ...inputs },
    files: { [CONFIG_FILE]: shopConfig(shop.urls) },
  });
}
