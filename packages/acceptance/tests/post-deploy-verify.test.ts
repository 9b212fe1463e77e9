import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { CONFIG_FILE, shopConfig, verifyConfig } from './stage/config.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { JOBS_TOKEN, openShop, type Shop } from './stage/shop.ts';

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
  expect(shop.dashboard.requests.map(({ path }) => path)).toEqual(['/__version', '/', '/app.js']);
  expect(shop.storefront.requests.map(({ path }) => path)).toEqual(['/__version', '/']);
});

test('what nothing is configured for is said, and is never ok', async () => {
  const { probes, skew } = resultOf(await verify());
  expect(probes).toContainEqual({ surface: 'vendure', name: 'worker', ok: false, outcome: 'not-configured', attempts: 1, seconds: expect.any(Number), why: 'the configuration has no verify.jobs-path', sha: NEW });
  expect(skew).toEqual({ rule: null, ok: null, shas: { vendure: NEW, dashboard: NEW, storefront: NEW }, why: '' });
  const without = resultOf(await verify({}, verifyConfig(shop.urls)));
  expect(outcomesOf(without)).toMatchObject({ 'vendure worker': 'not-configured: input `jobs-token` is empty', 'storefront shadow': 'passed: ' });
});

test('with everything configured, the worker, the canary and the shadow are proven, and the token goes to Vendure alone', async () => {
  const run = await verify({ 'jobs-token': JOBS_TOKEN }, verifyConfig(shop.urls));
  expectEnding(run, subject, { decision: 'done', reasonCode: 'all-probes-passed' });
  expect(outcomesOf(resultOf(run))).toEqual({
    'vendure version': 'passed: ', 'vendure health': 'passed: ', 'vendure queue-lag': 'passed: ', 'vendure graphql': 'passed: ', 'vendure shadow': 'not-configured: the configuration has no verify.shadow', 'vendure worker': 'passed: ',
    'vendure orphaned-jobs': 'passed: ', 'vendure canary': 'passed: ',
    'dashboard version': 'passed: ', 'dashboard assets': 'passed: ', 'dashboard api-origin': 'not-configured: the configuration has no verify.api-origin', 'dashboard shadow': 'not-configured: the configuration has no verify.shadow',
    'dashboard canary': 'not-configured: the configuration has no verify.canary',
    'storefront version': 'passed: ', 'storefront page': 'passed: ', 'storefront api-origin': 'not-configured: the configuration has no verify.api-origin', 'storefront shadow': 'passed: ', 'storefront canary': 'not-configured: the configuration has no verify.canary',
  });
  expect((run.log + run.commandFiles).replace(`::add-mask::${JOBS_TOKEN}`, '')).not.toContain(JOBS_TOKEN);
  expect([...shop.dashboard.requests, ...shop.storefront.requests, ...shop.vendure.requests.filter(({ path }) => !path.startsWith('/jobs/'))].every(({ authorization }) => authorization === undefined)).toBe(true);
});

test.each<[string, (shop: Shop) => void, string]>([
  ['the Storefront serves the commit before', ({ storefront }) => { storefront.sha = OLD; }, 'storefront: serves aaaaaaa, not bbbbbbb'],
  ['Vendure is degraded', ({ vendure }) => { vendure.health = 'degraded'; }, 'status "degraded"'],
  ['the Dashboard does not answer', ({ dashboard }) => { dashboard.sha = null; }, 'dashboard: HTTP 503 from http://127.0.0.1:'],
  ['GraphQL answers 200 with errors', ({ vendure }) => { vendure.graphqlError = 'connect ECONNREFUSED'; }, 'GraphQL answered with errors: connect ECONNREFUSED'],
  ['jobs wait', ({ vendure }) => { vendure.lagSeconds = 61; }, 'vendure: the oldest job has waited for 61 s, more than 60 s: does the worker work?'],
  ['the worker is dead', ({ vendure }) => { vendure.workerSha = null; }, 'vendure: no worker has done the canary job 7 within 1 s (it is PENDING)'],
  ['the worker runs the commit before', ({ vendure }) => { vendure.workerSha = OLD; }, 'vendure: process group worker runs aaaaaaa, not bbbbbbb'],
  ['the page has the marker of an error', ({ storefront }) => { storefront.page = 'Tea Error'; }, 'storefront: step home: GET 127.0.0.1:'],
])('%s: it fails and says which surface, and what to type', async (_, break_, sentence) => {
  break_(shop);
  const run = await verify({ 'jobs-token': JOBS_TOKEN, 'worker-seconds': '1' }, verifyConfig(shop.urls));
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

test('a probe that fails with the right commit fails fast, though attempts are left; once is no verdict', async () => {
  shop.vendure.graphqlError = 'no table';
  const failed = await verify({ attempts: '100' });
  expectEnding(failed, subject, { decision: 'failed', reasonCode: 'probe-failed' });
  expect(failed.summary).toMatch(/^\| vendure \| failed \| `bbbbbbb` \| 2 \|/mu);

  shop.vendure.requests.length = 0;
  shop.vendure.onRequest = () => {
    if (shop.vendure.requests.filter(({ path }) => path === '/version').length > 1) shop.vendure.graphqlError = null;
  };
  expectEnding(await verify({ attempts: '100' }), subject, { decision: 'done', reasonCode: 'all-probes-passed' });
});

test('another commit is waited for within the propagation, and believed once it has gone twice', async () => {
  shop.storefront.sha = OLD;
  shop.storefront.onRequest = () => {
    if (shop.storefront.requests.length > 1) shop.storefront.sha = NEW;
  };
  const run = await verify({ 'propagation-seconds': '20' });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'all-probes-passed' });
  expect(run.summary).toMatch(/^\| storefront \| passed \| `bbbbbbb` \| 3 \|/mu);
});

test('orphaned jobs are a warning with the command for them', async () => {
  shop.vendure.orphans = [{ id: '3', queue: 'send-email', startedAt: '2026-01-01T11:00:00Z' }];
  const run = await verify({ 'jobs-token': JOBS_TOKEN }, verifyConfig(shop.urls));
  expectEnding(run, subject, { decision: 'done', reasonCode: 'all-probes-passed' });
  expect(run.log).toMatch(/^::warning[^:]*::vendure orphaned-jobs: .*3 \(send-email, since 2026-01-01T11:00:00Z\)\. Requeue each: {2}printf .*\/jobs\/running\/3\/requeue$/mu);
  expect(outcomesOf(resultOf(run))['vendure orphaned-jobs']).toMatch(/^warning: /u);
});

test.each<[string, Readonly<Record<string, string>>, string, 'done' | 'failed']>([
  ['the release before, where it may lag', { 'previous-sha': OLD }, 'storefront-may-lag', 'done'],
  ['some commit, when the release before is not known', {}, 'storefront-may-lag', 'failed'],
  ['the release before, where all must be the same', { 'previous-sha': OLD }, 'same-sha', 'failed'],
])('skew: the Storefront serves %s', async (_case, inputs, rule, decision) => {
  shop.storefront.sha = OLD;
  const run = await verify({ sha: '', ...inputs }, verifyConfig(shop.urls, rule));
  expectEnding(run, subject, decision === 'done' ? { decision, reasonCode: 'all-probes-passed' } : { decision, reasonCode: 'skewed' });
  expect(resultOf(run).skew).toMatchObject({ rule, ok: decision === 'done', shas: { vendure: NEW, storefront: OLD } });

  // Where the Storefront was left out, somebody wanted it so.
  const left = await verify({ surfaces: 'vendure\ndashboard', ...inputs }, verifyConfig(shop.urls, rule));
  expectEnding(left, subject, { decision: 'done', reasonCode: 'all-probes-passed' });
  expect(/^::warning[^:]*::the surfaces do not fit together/mu.test(left.log)).toBe(decision === 'failed');
});

test('baking, a surface that falls is seen after everything was right', async () => {
  shop.dashboard.onRequest = () => {
    if (shop.dashboard.requests.length > 4) shop.dashboard.sha = null;
  };
  const run = await verify({ 'bake-seconds': '60' });
  expectEnding(run, subject, { decision: 'failed', reasonCode: 'probe-failed' });
  expect(annotations(run)[0]).toContain('dashboard: while baking: HTTP 503');
}, 120_000);

test('only the surfaces that were named are probed, the others are asked for their commit alone, and an unknown one is refused', async () => {
  const run = await verify({ surfaces: 'storefront\n' });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'all-probes-passed' });
  expect([shop.vendure, shop.dashboard].map(({ requests }) => requests.map(({ path }) => path))).toEqual([['/version'], ['/__version']]);

  const refused = await verify({ surfaces: 'storefront\nwordpress' });
  expectEnding(refused, subject, { decision: 'failed', reasonCode: 'invalid-input' });
  expect(annotations(refused)).toEqual(['post-deploy-verify: input `surfaces` names "wordpress". Allowed: vendure, dashboard, storefront. Leave it empty for all of them.']);
});

test.each<[string, string, Readonly<Record<string, string>>, string]>([
  ['a step without an expectation', '- { name: home, path: / }', {}, 'verify.shadow.0.expect is missing'],
  ['a path with a host in it', '- { name: home, path: "//evil.example/", expect: { contains: [a] } }', {}, 'verify.shadow.0.path is not allowed'],
  ['a mutation that pays', '- { name: home, path: /, graphql: "mutation { addPaymentToOrder { id } }", expect: { contains: [a] } }', {}, 'which pays'],
  ['a pattern that is none', '- { name: home, path: /, expect: { matches: ["a("] } }', {}, 'is none that RE2 knows'],
  ['a time that is none', '- { name: home, path: /, expect: { contains: [a] } }', { 'switched-at': 'yesterday' }, 'input `switched-at` is "yesterday". Allowed: a time as RFC 3339 writes it'],
  ['half of a service token', '- { name: home, path: /, expect: { contains: [a] } }', { 'access-client-id': 'id.access' }, 'belong together'],
])('%s is refused before anything is asked', async (_case, step, inputs, sentence) => {
  const config = shopConfig(shop.urls).replace('        graphql-path: /shop-api\n', `        graphql-path: /shop-api\n        verify:\n          shadow:\n            ${step}\n`);
  const run = await verify(inputs, config);
  expectEnding(run, subject, { decision: 'failed', reasonCode: /^invalid-(?:config|input)$/u });
  expect(annotations(run)).toEqual([expect.stringContaining(sentence)]);
  expect([shop.vendure, shop.dashboard, shop.storefront].flatMap(({ requests }) => requests)).toEqual([]);
});

interface Result {
  readonly probes: readonly { readonly surface: string; readonly name: string; readonly outcome: string; readonly why: string }[];
  readonly skew: unknown;
}

function resultOf(run: ActionRun): Result {
  return JSON.parse(run.outputs['result'] ?? '') as Result;
}

function outcomesOf({ probes }: Result): Record<string, string> {
  return Object.fromEntries(probes.map(({ surface, name, outcome, why }) => [`${surface} ${name}`, `${outcome}: ${why}`]));
}

function verify(inputs: Readonly<Record<string, string>> = {}, config = shopConfig(shop.urls)): Promise<ActionRun> {
  return startAction({
    folder: subject.folder,
    inputs: { environment: 'production', sha: NEW, attempts: '1', 'interval-seconds': '1', 'propagation-seconds': '0', ...inputs },
    files: { [CONFIG_FILE]: config },
  });
}
