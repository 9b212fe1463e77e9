import { expect, test } from '@jest/globals';
import { Secret } from '@vendure-deploy/shared/secrets';
import { look, subjectsOf, type Watched } from '@vendure-deploy/shared/verify';
import type { DeployConfig } from '@vendure-deploy/shared/config';
import { canaryJob, type Jobs, orphanedJobs } from '../../src/verify/jobs.ts';
import { assetsIn } from '../../src/verify/worker.ts';
import { type Asked, openSite, type Site } from './stage.ts';

const [NEW, OLD] = ['b', 'a'].map((digit) => digit.repeat(40)) as [string, string];
const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };

test('scripts and styles of the page itself are assets; foreign ones, icons and inline scripts are not', () => {
  const html = '<link rel=icon href="/i.png"><link rel="stylesheet" href=\'/a.css?x=1&amp;y=2\'><SCRIPT type="module" src="/a.js"></SCRIPT><script>1</script><script src="https://cdn.example/x.js"></script><script src="a.js"></script>';
  expect(assetsIn(html, 'https://shop.example/')).toEqual(['https://shop.example/a.css?x=1&y=2', 'https://shop.example/a.js']);
});

const settings = (site: Site): DeployConfig => ({
  'schema-version': 1,
  environments: { production: { 'sla-seconds': 900, 'default-branch-only': false, surfaces: { vendure: { 'public-url': site.url, 'graphql-path': '/shop-api' }, dashboard: { 'public-url': site.url, 'version-path': '/__version', verify: { 'api-origin': { path: '/settings.json', json: '/apiOrigin' } } } } } },
}) as unknown as DeployConfig;

async function dashboard(answer: (asked: Asked, type: (value: string) => void, site: () => Site) => unknown): Promise<Watched> {
  await using site: Site = await openSite((asked, response) => {
    if (asked.path === '/__version') return { sha: NEW };
    return answer(asked, (value) => void response.setHeader('content-type', value), () => site);
  });
  const asked = { clock, jobsToken: new Secret(''), workerSeconds: 1, queueLagSeconds: null, switchedAt: '' };
  const [subject] = await subjectsOf(['dashboard'], { config: settings(site), environment: 'production', reach: site.reach, wanted: NEW, asked });
  if (subject === undefined) throw new Error('There is no subject.');
  return await look(subject, clock);
}

const INDEX = '<!doctype html><script src="/app.js"></script>';

test.each<[string, (asked: Asked, type: (value: string) => void, site: () => Site) => unknown, Record<string, string>]>([
  ['all is there', ({ path }, _type, site) => ({ '/': INDEX, '/app.js': 'run()', '/settings.json': { apiOrigin: site().url }, '/shop-api': { data: { __typename: 'Query' } } })[path], { assets: 'passed', 'api-origin': 'passed' }],
  ['the script is the page again', ({ path }, type, site) => {
    if (path === '/app.js') type('text/html; charset=utf-8');
    return ({ '/': INDEX, '/app.js': INDEX, '/settings.json': { apiOrigin: site().url }, '/shop-api': { data: { __typename: 'Query' } } })[path];
  }, { assets: 'failed: is a page of HTML: it is missing', 'api-origin': 'passed' }],
  ['it was built for another API', ({ path }) => ({ '/': INDEX, '/app.js': 'run()', '/settings.json': { apiOrigin: 'https://api.staging.example' } })[path], { assets: 'passed', 'api-origin': 'failed: it uses the API of https://api.staging.example' }],
  ['its API answers with errors', ({ path }, _type, site) => ({ '/': '<p>', '/settings.json': { apiOrigin: site().url }, '/shop-api': { data: null, errors: [{ message: 'no database' }] } })[path], { assets: 'failed: names no script and no style', 'api-origin': 'failed: GraphQL answered with errors: no database' }],
])('the Dashboard, when %s', async (_case, answer, wanted) => {
  const { probes } = await dashboard(answer);
  const said = Object.fromEntries(probes.map(({ name, outcome, why }) => [name, `${outcome}: ${why}`]));
  for (const [name, text] of Object.entries(wanted)) {
    const [outcome = '', why = ''] = text.split(': ');
    expect(said[name]).toMatch(new RegExp(`^${outcome}: .*${why}`, 'u'));
  }
  expect(said['shadow']).toBe('not-configured: the configuration has no verify.shadow');
});

const jobsAt = (site: Site): Jobs => ({ url: `${site.url}/jobs`, token: new Secret('t0ken'), reach: site.reach, clock, seconds: 0, wanted: NEW });

test.each<[string, unknown, string]>([
  ['does it with the new commit', { state: 'COMPLETED', sha: NEW, processGroup: 'worker', workerStartedAt: '2026-01-01T12:00:00Z' }, 'ok'],
  ['does it with the old one', { state: 'COMPLETED', sha: OLD, processGroup: 'worker' }, 'stale: process group worker runs aaaaaaa, not bbbbbbb'],
  ['does not say which', { state: 'COMPLETED' }, 'failing: the worker does not say which commit it runs'],
  ['is dead', { state: 'PENDING' }, 'failing: no worker has done the canary job 7 within 0 s (it is PENDING)'],
  ['fails at it', { state: 'FAILED', error: 'no queue' }, 'failing: the canary job 7 ended FAILED: no queue'],
  ['answers otherwise', 'hello', 'failing: HTTP 200 from'],
])('the worker that %s', async (_case, look, wanted) => {
  const tokens: unknown[] = [];
  await using site = await openSite(({ path, headers }) => {
    tokens.push(headers.authorization);
    return path === '/jobs/canary' ? { id: 7 } : look;
  });
  const { reading, since } = await canaryJob(jobsAt(site));
  expect('why' in reading ? `${reading.kind}: ${reading.why}` : reading.kind).toContain(wanted);
  expect(since).toBe(wanted === 'ok' ? '2026-01-01T12:00:00Z' : '');
  expect(new Set(tokens)).toEqual(new Set(['Bearer t0ken']));
});

test('a token that the shop does not know is said', async () => {
  await using site = await openSite((_asked, response) => void response.writeHead(401).end());
  expect((await canaryJob(jobsAt(site))).reading).toMatchObject({ kind: 'failing', why: expect.stringContaining('refused the token (HTTP 401)') as unknown });
});

test('jobs that ran before the switch are orphans, with the command for them; later ones are not', async () => {
  await using site = await openSite(() => ({ jobs: [{ id: 3, queue: 'send-email', startedAt: '2026-01-01T11:00:00Z' }, { id: 4, queue: 'send-email', startedAt: '2026-01-01T12:30:00Z' }] }));
  const reading = await orphanedJobs(jobsAt(site), '2026-01-01T12:00:00Z');
  expect(reading).toMatchObject({ kind: 'warning' });
  expect('why' in reading ? reading.why : '').toContain(`3 (send-email, since 2026-01-01T11:00:00Z). Requeue each:  printf 'authorization: Bearer %s' "$JOBS_TOKEN" | curl --fail-with-body -X POST -H @- ${site.url}/jobs/running/3/requeue`);
  expect(site.asked).toEqual(['GET /jobs/running?started-before=2026-01-01T12%3A00%3A00.000Z']);
  expect(await orphanedJobs(jobsAt(site), '')).toMatchObject({ kind: 'not-configured' });
  expect(await orphanedJobs(jobsAt(site), '2026-01-01T10:00:00Z')).toEqual({ kind: 'ok' });
});
