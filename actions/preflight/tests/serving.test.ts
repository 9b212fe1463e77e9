import { expect, test } from '@jest/globals';
import type { HttpResult } from '@vendure-deploy/shared/net';
import { type Machine, ProviderError } from '@vendure-deploy/shared/providers/fly';
import type { ImageLookup, PresentImage } from '@vendure-deploy/shared/providers/registry';
import { judgeImage, judgePrebuilt } from '../src/checks/image.ts';
import { judgeProduction, type Production } from '../src/checks/production.ts';
import { readServing } from '../src/serving.ts';

const sha = 'a'.repeat(40);
const old = 'b'.repeat(40);
const machine = (group: string, more: Partial<Machine> = {}): Machine => ({
  id: `m-${group}`, state: 'started', since: '', hostStatus: 'ok', region: 'fra', group, image: '', releaseId: '', releaseVersion: '', tag: '', digest: '', revision: old,
  standby: false, cordoned: false, hasService: true, autostops: false, wantsChecks: true, safeToDestroy: false, canary: false, checks: [{ name: 'ready', status: 'passing' }], ...more,
});
const listed = (...machines: Machine[]): Production['machines'] => ({ kind: 'read', machines });
const WELL: Production = { environment: 'production', groups: ['app', 'worker'], machines: listed(machine('app'), machine('worker')), serving: { sha: old }, health: { kind: 'ok', pendingMigrations: 0, queueLagSeconds: 0 } };
const critical = [{ name: 'ready', status: 'critical' }];

test.each<[string, Partial<Production>, string, string]>([
  ['all is well', {}, 'ok', 'bbbbbbb serves, ready by its own word, on 1 app and 1 worker'],
  ['it is not ready', { health: { kind: 'failing', why: 'HTTP 503' } }, 'failed', 'it is not ready: HTTP 503'],
  ['it does not answer', { serving: { sha: null, why: 'no answer' }, health: { kind: 'unreachable', why: 'no answer' } }, 'failed', 'could not be read'],
  ['a group has no Machine', { machines: listed(machine('app')) }, 'failed', 'no Machine works for the process group worker'],
  ['a group has only a stopped one', { machines: listed(machine('app'), machine('worker', { state: 'stopped' })) }, 'failed', 'no Machine works for the process group worker'],
  ['a group that Fly stops when nobody asks', { machines: listed(machine('app', { state: 'stopped', autostops: true }), machine('worker')) }, 'ok', 'serves'],
  ['one of two fails its check', { machines: listed(machine('app'), machine('app', { id: 'm-2', checks: critical }), machine('worker')) }, 'failed', 'Machine m-2 [app] fails its check ready'],
  ['one that is cordoned fails its check', { machines: listed(machine('app'), machine('app', { cordoned: true, checks: critical }), machine('worker')) }, 'ok', 'serves'],
  ['its Machines run two commits', { machines: listed(machine('app'), machine('worker', { revision: sha })) }, 'warning', 'its Machines run 2 commits: bbbbbbb, aaaaaaa'],
  ['Fly does not list them', { machines: { kind: 'unread', error: new ProviderError('unavailable', 'Fly did not answer') } }, 'warning', 'could not be read: Fly did not answer'],
  ['nothing was ever deployed', { machines: listed(), serving: { sha: null, why: 'no answer' }, health: { kind: 'unreachable', why: 'no answer' } }, 'ok', 'nothing serves production yet'],
  ['no Machine, and something answers', { machines: listed() }, 'warning', 'from somewhere else'],
])('what serves: %s', (_, given, status, evidence) => {
  const production = { ...WELL, ...given };
  expect(judgeProduction(production, false)).toMatchObject({ status, evidence: expect.stringContaining(evidence) });
  // Whoever deploys the cure says so, and is told all the same.
  if (status === 'failed') expect(judgeProduction(production, true)).toMatchObject({ status: 'warning', evidence: expect.stringMatching(/allow-unhealthy is set$/) });
});

const present = (labels: Record<string, string>): PresentImage => ({ kind: 'present', digest: 'sha256:1', mediaType: '', platformDigest: '', platforms: [], labels, image: { manifest: { kind: 'index', children: [] }, bytes: new Uint8Array(), mediaType: '', digest: '', children: [] } as unknown as PresentImage['image'] });
test.each<[string, ImageLookup, string, string]>([
  ['none yet', { kind: 'absent' }, 'ok', 'it will be copied or built'],
  ['one of the commit', present({ 'org.opencontainers.image.revision': sha }), 'ok', 'its label names the commit'],
  ['one of another', present({ 'org.opencontainers.image.revision': old }), 'failed', `names ${old}`],
  ['one without a label', present({}), 'failed', 'names no commit'],
  ['one that lacks a part', { kind: 'unusable', digest: 'sha256:1', why: 'a layer is gone' }, 'failed', 'a layer is gone'],
  ['nobody knows', { kind: 'unknown', cause: 'unavailable', why: 'the registry answered 503' }, 'warning', 'is not known: the registry answered 503'],
])('image: %s', (_, lookup, status, evidence) => expect(judgeImage(lookup, { reference: 'r:t', sha })).toMatchObject({ status, evidence: expect.stringContaining(evidence) }));

const ABSENT: ImageLookup = { kind: 'absent' };
const OF_COMMIT = present({ 'org.opencontainers.image.revision': sha });
const STAGING = { kind: 'environment', name: 'staging' } as const;
test.each<[string, Parameters<typeof judgePrebuilt>[0]['source'], string, string | undefined, string]>([
  ['staging has it', { lookup: OF_COMMIT, reference: 's:t', from: STAGING }, 'ok', undefined, 's:t exists, and its label names the commit: it will be copied to r:t'],
  ['staging has another', { lookup: present({}), reference: 's:t', from: STAGING }, 'failed', undefined, 'names no commit'],
  ['staging does not tell', { lookup: { kind: 'unknown', cause: 'unavailable', why: 'HTTP 503' }, reference: 's:t', from: STAGING }, 'warning', undefined, 'is not known: HTTP 503'],
  ['staging has none', { lookup: ABSENT, reference: 's:t', from: STAGING }, 'failed', 'not-prebuilt', 'there is no r:t, and staging has no image of that commit either, and this lane builds none'],
  ['nothing is copied', null, 'failed', 'not-prebuilt', 'there is no r:t, and this lane builds none'],
  ['the given one is there', { lookup: OF_COMMIT, reference: 's@sha256:1', from: { kind: 'given', name: 's@sha256:1' } }, 'ok', undefined, 'it will be copied to r:t'],
  ['the given one is not', { lookup: ABSENT, reference: 's:x', from: { kind: 'given', name: 's:x' } }, 'failed', 'not-prebuilt', 'input `image` is s:x, which the registry does not have'],
])('an image that may not be built: %s', (_, source, status, reasonCode, evidence) => {
  const found = judgePrebuilt({ reference: 'r:t', sha, migrations: true, source });
  expect(found).toMatchObject({ status, evidence: expect.stringContaining(evidence) });
  expect(found.reasonCode).toBe(reasonCode);
});

test('what is missing is made by the lane that is named, with what this one allows of migrations', () => {
  const next = (migrations: boolean): string => judgePrebuilt({ reference: 'r:t', sha, migrations, source: { lookup: ABSENT, reference: 's:t', from: STAGING } }).next;
  expect(next(false)).toBe(`Build it first:  gh workflow run deploy-staging.yml -f ref=${sha} -f dashboard=false -f storefront=false`);
  expect(next(true)).toBe(`${next(false)} -f allow_pending_migration=true`);
});

test.each([
  ['one answer that hangs', ['hangs', 'answers'], { sha }, 1],
  ['two', ['hangs', 'hangs', 'answers'], { sha }, 2],
  ['three', ['hangs', 'hangs', 'hangs'], { sha: null, why: 'no answer; asked 3 times' }, 2],
])('the version is asked again: %s', async (_, answers, expected, pauses) => {
  const slept: number[] = [];
  const left = [...answers];
  const answer = (): HttpResult => (left.shift() === 'answers' ? response(JSON.stringify({ sha })) : { kind: 'unreachable', reason: 'timeout', message: 'no answer' });
  const http = { request: () => Promise.resolve(answer()), download: () => Promise.reject(new Error('unused')), upload: () => Promise.reject(new Error('unused')) };
  const clock = { now: () => 0, sleep: (ms: number) => Promise.resolve(void slept.push(ms)) };
  expect(await readServing({ http, url: 'https://shop.example/version', timeoutMs: 1, clock, signal: new AbortController().signal })).toEqual(expected);
  expect(slept).toHaveLength(pauses);
});

function response(text: string): HttpResult {
  return { kind: 'response', status: 200, headers: {}, bytes: Buffer.from(text), text: () => text, json: () => JSON.parse(text) as unknown };
}
