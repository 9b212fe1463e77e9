import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { openStage, type Stage } from './stage.ts';

const require = createRequire(import.meta.url);
const API = 'https://api.github.com';
const ROOT = '/repos/{owner}/{repo}';
let stage: Stage;
let ajv: Ajv2020;
let head: string;

beforeAll(async () => {
  stage = await openStage();
  head = await stage.github.headOf('example/shop');
  stage.github.setRun({ id: 7, repository: 'example/shop', status: 'in_progress', startedAt: '2026-01-01T00:00:00Z' });
  stage.github.setJobs(7, [{ id: 8, name: 'vendure', status: 'completed', conclusion: 'success', startedAt: '2026-01-01T00:00:00Z', completedAt: '2026-01-01T00:01:00Z' }]);
  await stage.github.saveCache({ repository: 'example/shop', ref: 'refs/heads/main', key: 'Linux-nx-a', version: 'v' });
  stage.github.setRun({ id: 9, repository: 'example/shop', status: 'in_progress', startedAt: '2026-01-01T00:00:00Z', event: 'pull_request', branch: 'topic', pullRequest: { number: 12, base: 'main' } });
  const { Ajv2020: Ajv } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  ajv = new Ajv({ strict: false, allErrors: true });
  (require('ajv-formats') as (ajv: Ajv2020) => void)(ajv);
  for (const format of ['repo.nwo', 'timestamp']) ajv.addFormat(format, true);
  ajv.addSchema(nullable(JSON.parse(readFileSync(require.resolve('@octokit/openapi/generated/api.github.com.json'), 'utf8'))) as object, 'gh');
});
afterAll(() => stage.stop());

test.each<[string, string, string, number, (head: string) => unknown]>([
  ['GET', '', ROOT, 200, () => undefined],
  ['GET', '/branches/main', `${ROOT}/branches/{branch}`, 200, () => undefined],
  ['GET', '/commits/main', `${ROOT}/commits/{ref}`, 200, () => undefined],
  ['GET', '/git/ref/heads/main', `${ROOT}/git/ref/{ref}`, 200, () => undefined],
  ['GET', '/git/matching-refs/heads/', `${ROOT}/git/matching-refs/{ref}`, 200, () => undefined],
  ['GET', '/git/trees/main', `${ROOT}/git/trees/{tree_sha}`, 200, () => undefined],
  ['GET', '/compare/main...main', `${ROOT}/compare/{basehead}`, 200, () => undefined],
  ['GET', '/actions/runs/7', `${ROOT}/actions/runs/{run_id}`, 200, () => undefined],
  ['GET', '/actions/runs/7/attempts/1', `${ROOT}/actions/runs/{run_id}/attempts/{attempt_number}`, 200, () => undefined],
  ['GET', '/actions/runs/7/jobs', `${ROOT}/actions/runs/{run_id}/jobs`, 200, () => undefined],
  ['GET', '/actions/jobs/8', `${ROOT}/actions/jobs/{job_id}`, 200, () => undefined],
  ['GET', '/actions/runs', `${ROOT}/actions/runs`, 200, () => undefined],
  ['GET', '/actions/workflows/1/runs', `${ROOT}/actions/workflows/{workflow_id}/runs`, 200, () => undefined],
  ['GET', '/actions/workflows', `${ROOT}/actions/workflows`, 200, () => undefined],
  ['GET', '/actions/workflows/deploy.yml', `${ROOT}/actions/workflows/{workflow_id}`, 200, () => undefined],
  ['GET', '/actions/caches', `${ROOT}/actions/caches`, 200, () => undefined],
  ['DELETE', '/actions/caches?key=Linux-nx-a', `${ROOT}/actions/caches`, 200, () => undefined],
  ['POST', '/git/refs', `${ROOT}/git/refs`, 201, (sha) => ({ ref: 'refs/heads/a', sha })],
  ['POST', '/git/trees', `${ROOT}/git/trees`, 201, () => ({ tree: [{ path: 'a', mode: '100644', type: 'blob', content: 'x' }] })],
  ['POST', '/git/blobs', `${ROOT}/git/blobs`, 201, () => ({ content: 'x' })],
  ['POST', '/deployments', `${ROOT}/deployments`, 201, () => ({ ref: 'main', environment: 'production' })],
  ['POST', '/issues/12/comments', `${ROOT}/issues/{issue_number}/comments`, 201, () => ({ body: 'first' })],
  ['GET', '/issues/12/comments', `${ROOT}/issues/{issue_number}/comments`, 200, () => undefined],
  ['PATCH', '/issues/comments/5001', `${ROOT}/issues/comments/{comment_id}`, 200, () => ({ body: 'second' })],
  ['GET', '/issues/comments/5001', `${ROOT}/issues/comments/{comment_id}`, 200, () => undefined],
])('%s %s answers as GitHub describes it', async (method, path, template, status, body) => {
  const given = body(head);
  const response = await call(method, path, given);
  expect(response.status).toBe(status);
  const pointer = ['paths', template, method.toLowerCase(), 'responses', String(status), 'content', 'application/json', 'schema'].map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const validate = ajv.compile({ $ref: `gh#/${pointer}` });
  expect({ valid: validate(await response.json()), errors: validate.errors ?? null }).toEqual({ valid: true, errors: null });
});

test.each<[path: string, body: unknown, status: number, said: string | null]>([
  ['deploy.yml', { ref: 'main', inputs: { storefront: 'false' } }, 204, null],
  ['deploy.yml', { ref: 'main' },                                  204, null],
  ['deploy.yml', { ref: 'main', inputs: { store: 'false' } },      422, 'Unexpected inputs provided: ["store"]'],
  ['deploy.yml', { ref: 'ref=main' },                              422, 'No ref found for: ref=main'],
  ['other.yml', { ref: 'main' },                                   404, 'workflow other.yml not found on the default branch'],
  ['12', { ref: 'main' },                                          404, 'Not Found'],
])('a dispatch of %s with %j is answered %i', async (workflow, body, status, said) => {
  const before = stage.github.dispatches().length;
  const response = await call('POST', `/actions/workflows/${workflow}/dispatches`, body);
  expect({ status: response.status, said: status === 204 ? null : ((await response.json()) as { message: string }).message }).toEqual({ status, said });
  expect(stage.github.dispatches().slice(before)).toEqual(status === 204 ? [{ repository: 'example/shop', workflow, inputs: { storefront: 'true' }, ...(body as object) }] : []);
});

test("a job's own token reaches its own repository; another one is as if it were not there", async () => {
  await stage.github.createRepository('example/other', stage.github.bare('example/shop'));
  const token = stage.github.issueToken({ contents: 'write' }, undefined, 'example/other');
  const asked = async (repository: string): Promise<number> => (await stage.github.provider.fetch(new Request(`${API}/repos/${repository}/branches/main`, { headers: { authorization: `Bearer ${token}` } }))).status;
  expect({ own: await asked('example/other'), another: await asked('example/shop') }).toEqual({ own: 200, another: 404 });
});

test('who shows the tag of a reading again is told 304 until something has changed', async () => {
  const path = '/git/ref/heads/main';
  const first = await call('GET', path);
  const known = { 'if-none-match': first.headers.get('etag') ?? '' };
  expect((await call('GET', path, undefined, known)).status).toBe(304);
  expect((await call('GET', '/git/ref/heads/main', undefined, { 'if-none-match': 'W/"other"' })).status).toBe(200);
});

test('each attempt of a run stays what it was', async () => {
  const run = { id: 9, repository: 'example/shop', startedAt: '2026-01-01T00:00:00Z' } as const;
  stage.github.setRun({ ...run, status: 'completed', conclusion: 'failure', endedAt: '2026-01-01T00:05:00Z' });
  stage.github.setJobs(9, [{ id: 90, name: 'vendure', status: 'completed', conclusion: 'cancelled', startedAt: run.startedAt, completedAt: '2026-01-01T00:05:00Z', hadRunner: false }]);
  stage.github.setRun({ ...run, attempt: 2, status: 'in_progress' });
  const said = async (path: string): Promise<unknown> => (await call('GET', `/actions/${path}`)).json();
  expect(await said('runs/9/attempts/1')).toMatchObject({ status: 'completed', conclusion: 'failure', updated_at: '2026-01-01T00:05:00Z', run_attempt: 1 });
  expect(await said('runs/9')).toMatchObject({ status: 'in_progress', run_attempt: 2 });
  expect(await said('runs/9/attempts/1/jobs')).toMatchObject({ total_count: 1, jobs: [{ id: 90, run_attempt: 1, runner_id: null }] });
  expect(await said('runs/9/attempts/2/jobs')).toMatchObject({ total_count: 0 });
  expect((await call('GET', '/actions/runs/9/attempts/3')).status).toBe(404);
});

test('a ref moves forward only, and only from the head it had', async () => {
  const { tree: { sha: tree } } = await (await call('GET', `/git/commits/${head}`)).json() as { tree: { sha: string } };
  const child = async (message: string): Promise<string> => (await (await call('POST', '/git/commits', { message, tree, parents: [head] })).json() as { sha: string }).sha;
  const [mine, other] = [await child('mine'), await child('other')];
  await call('POST', '/git/refs', { ref: 'refs/heads/lock', sha: head });
  const move = async (sha: string): Promise<unknown> => (await (await call('PATCH', '/git/refs/heads/lock', { sha, force: false })).json() as { message?: string }).message ?? 'moved';
  expect([await move(mine), await move(other), await move(mine)]).toEqual(['moved', 'Update is not a fast forward', 'moved']);
  expect(await (await call('POST', '/git/refs', { ref: 'refs/heads/lock', sha: head })).json()).toMatchObject({ message: 'Reference already exists' });
});

function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return stage.github.provider.fetch(new Request(`${API}/repos/example/shop${path}`, { method, headers: { authorization: `Bearer ${stage.token}`, ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }));
}

/** OpenAPI 3.0's `nullable` in the words of JSON Schema. */
function nullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nullable);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable: isNullable, ...rest } = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, nullable(inner)]));
  return isNullable === true ? { anyOf: [rest, { type: 'null' }] } : rest;
}
