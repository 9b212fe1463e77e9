import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { expectEnding } from './stage/ending.ts';
import { openPreflightWorld, type PreflightWorld, UNTOUCHED } from './stage/preflight-world.ts';
import { REPOSITORY } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('preflight');
let world: PreflightWorld;

beforeAll(async () => {
  world = await openPreflightWorld();
  const token = world.twin.github.issueToken({ deployments: 'write' });
  const record = (ref: string, payload: unknown): Promise<Response> =>
    world.twin.github.provider.fetch(new Request(`https://api.github.com/repos/${REPOSITORY}/deployments`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ ref, environment: 'production', task: 'deploy', payload }) }));
  for (const total of [80, 100, 90]) await record('main', { 'run-id': total, verdict: 'deployed', seconds: { total, phases: { vendure: total - 30, verify: 2 }, ...(total === 90 ? { jobs: { vendure: 75, approve: 1 } } : {}) } });
  await record('main', { 'run-id': 1, verdict: 'unchanged', seconds: { total: 4, phases: {} } });
  await record('main', 'of somebody else');
});
afterAll(async () => world[Symbol.asyncDispose]());

test('a dry run says what would be shipped, changed and taken away, and changes nothing', async () => {
  const { commits: { main, previous } } = world;
  const token = world.twin.github.issueToken({ contents: 'read', actions: 'read', deployments: 'read' });
  const { run, traces } = await world.ask({ checkedOut: true, inputs: { 'github-token': token, 'dry-run': 'true', strategy: 'bluegreen' } });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  expect(traces).toEqual(UNTOUCHED);
  expect(run.log).toContain('This was a dry run: nothing was changed.');
  const { plan } = JSON.parse(run.outputs['result'] ?? '') as { plan: Record<string, unknown> };
  expect(plan).toMatchObject({
    sha: main,
    serving: { vendure: previous },
    commits: { kind: 'known', value: { since: previous, total: 1, listed: [expect.objectContaining({ sha: main, author: 'Shop' })] } },
    migrations: { count: 0 },
    vendure: { strategy: 'bluegreen', machines: { kind: 'known', value: [{ group: 'app', now: 2, created: 2, destroyed: 2 }, { group: 'worker', now: 1, created: 1, destroyed: 1 }] } },
    forecast: { kind: 'known', value: { samples: 3, total: { seconds: 90, worst: 100 }, phases: [{ phase: 'vendure', seconds: 60, worst: 70, job: 75 }, { phase: 'verify', seconds: 2, worst: 2 }] } },
    wayBack: { command: `gh workflow run deploy-production.yml -f ref=${previous} -f allow_older=true` },
  });
  for (const text of ['### Flight plan (dry run: nothing was changed)', 'app 2 (2 created, 2 destroyed)', '90 s of 900 s by the last 3 deploys, at worst 100 s']) expect(run.summary).toContain(text);
});

test('the clock and the forecast of this very run travel on, with its budget and its bake', async () => {
  const began = '2026-01-31T12:00:00.000Z';
  world.twin.github.setRun({ id: 1001, repository: REPOSITORY, status: 'in_progress', startedAt: began });
  const token = world.twin.github.issueToken({ contents: 'read', actions: 'read', deployments: 'read' });
  const { run } = await world.ask({ checkedOut: true, inputs: { 'github-token': token, 'sla-seconds': '300', 'bake-seconds': '40', dashboard: 'false' } });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  expect(run.outputs['started-at']).toBe(began);
  expect(JSON.parse(run.outputs['forecast'] ?? '')).toEqual({ samples: 3, phases: { preflight: null, image: null, 'storefront-build': null, vendure: { seconds: 60, job: 75 }, storefront: null, verify: { seconds: 40, job: 40 }, report: null } });
  expect(run.log).toContain('90 s of 300 s by the last 3 deploys');
  expect(run.log).toContain('bake    what serves is watched for 40 s at the end');
});

test('a token that may not read deployments or runs leaves both unknown, and stops nothing', async () => {
  const { run } = await world.ask({ checkedOut: true, faults: ['github GET /repos/*/*/actions/runs/1001 * 403'] });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  expect([run.outputs['started-at'], run.outputs['forecast']]).toEqual(['', '']);
  expect(run.log).toContain('When this run began is not known: GitHub answered 403');
});

test('a budget that is none is refused before anybody is asked', async () => {
  const { run, traces } = await world.ask({ inputs: { 'sla-seconds': '5m' } });
  expectEnding(run, subject, { decision: 'failed', reasonCode: 'invalid-input' });
  expect(traces).toEqual(UNTOUCHED);
  expect(run.log).toContain('input `sla-seconds` is "5m". Allowed: a whole number of seconds, 1 or more.');
});

test('what cannot be read stands there as not known, and stops nothing', async () => {
  const { run } = await world.ask({ checkedOut: true, faults: ['fly GET /v1/apps/*/machines * 503'], inputs: { 'skip-provenance': 'true', 'skip-machine-settle': 'true', 'skip-auth-check': 'true', 'probe-timeout-seconds': '2' } });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  const { plan } = JSON.parse(run.outputs['result'] ?? '') as { plan: { vendure: { machines: unknown }; forecast: unknown } };
  expect(plan.vendure.machines).toMatchObject({ kind: 'unknown', why: expect.stringContaining('503') });
  expect(plan.forecast).toMatchObject({ kind: 'unknown', why: expect.stringContaining('403') });
});

test('a ref that names nothing has no plan', async () => {
  const { run } = await world.ask({ inputs: { ref: 'nowhere' } });
  expectEnding(run, subject, { decision: 'failed', reasonCode: 'ref-not-found' });
  expect(run.summary).not.toContain('Flight plan');
});
