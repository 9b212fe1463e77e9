import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { HttpClient, HttpRequest, HttpResult } from '@vendure-deploy/shared/net';
import { Secret } from '@vendure-deploy/shared/secrets';
import { createGithubWorld } from '@vendure-deploy/twin';
import { type Github, readDeploys } from '../src/last-deploy.ts';
import { readLockOf } from '../src/lock.ts';

const API = 'https://api.github.com';
let directory: string;
let world: ReturnType<typeof createGithubWorld>;
let github: Github;
let writer: string;
let shas: [string, string];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'status-'));
  world = createGithubWorld({ directory });
  await world.createRepository('example/shop');
  writer = world.issueToken({ deployments: 'write', contents: 'write' });
  const tree = await call('git/trees', { tree: [{ path: 'a', mode: '100644', type: 'blob', content: 'a' }] });
  const first = await call('git/commits', { message: 'one', tree: tree['sha'], parents: [] });
  const second = await call('git/commits', { message: 'two', tree: tree['sha'], parents: [first['sha']] });
  shas = [String(first['sha']), String(second['sha'])];
  await call('git/refs', { ref: 'refs/heads/main', sha: shas[1] });
  github = { http: clientOf(), token: new Secret(world.issueToken({ deployments: 'read', actions: 'read', contents: 'read' })), apiUrl: API, repository: 'example/shop' };
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('nothing was deployed yet, and nobody holds the lock', async () => {
  expect(await readDeploys('production', github)).toEqual({ kind: 'read', last: null, previousSha: '' });
  expect(await readLockOf('production', github)).toEqual({ kind: 'free' });
});

test('the last deploy, its time by the run, and the release before it', async () => {
  await deployed(shas[0], 7, 'success');
  await deployed(shas[1], 8, 'failure');
  world.setRun({ id: 8, repository: 'example/shop', status: 'completed', startedAt: new Date(Date.now() - 100_000).toISOString() });
  const read = await readDeploys('production', github);
  expect(read).toMatchObject({ kind: 'read', last: { sha: shas[1], state: 'failure', description: 'partial', url: 'https://github.com/runs/8' }, previousSha: shas[0] });
  expect(read.kind === 'read' ? read.last?.seconds : 0).toBeCloseTo(100, -1);
  expect(await readDeploys('staging', github)).toMatchObject({ last: null });
});

test('a run that GitHub does not know any more leaves the time unknown, and a token that may not read says so', async () => {
  await deployed(shas[1], 9, 'success');
  expect(await readDeploys('production', github)).toMatchObject({ last: { seconds: null } });
  expect(await readDeploys('production', { ...github, token: new Secret('nobody') })).toEqual({ kind: 'unknown', why: 'GitHub answered 401 for the deployments of example/shop' });
});

test('a held lock names its holder, and how its run stands', async () => {
  const giveBack = await world.holdLock('example/shop', 'production', 'another-run');
  expect(await readLockOf('production', github)).toMatchObject({ kind: 'held', holder: expect.stringContaining('example/shop run') as unknown, run: 'still running' });
  await giveBack();
  expect(await readLockOf('production', github)).toEqual({ kind: 'free' });
});

async function deployed(sha: string, runId: number, state: string): Promise<void> {
  const { id } = await call('deployments', { ref: sha, environment: 'production', task: 'deploy', payload: { 'run-id': runId } });
  await call(`deployments/${String(id)}/statuses`, { state, description: 'partial', log_url: `https://github.com/runs/${runId}` });
}

async function call(path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await world.provider.fetch(new Request(`${API}/repos/example/shop/${path}`, { method: 'POST', headers: { authorization: `Bearer ${writer}` }, body: JSON.stringify(body) }));
  return (await answer.json()) as Record<string, unknown>;
}

/** Straight into the rehearsed GitHub. */
function clientOf(): HttpClient {
  const request = async ({ method, url, headers = {} }: HttpRequest): Promise<HttpResult> => {
    const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]));
    const answer = await world.provider.fetch(new Request(url, { method, headers: plain }));
    const text = await answer.text();
    return { kind: 'response', status: answer.status, headers: {}, bytes: new TextEncoder().encode(text), text: () => text, json: () => JSON.parse(text) as unknown };
  };
  return { request, download: () => Promise.reject(new Error('not here')), upload: () => Promise.reject(new Error('not here')) };
}
