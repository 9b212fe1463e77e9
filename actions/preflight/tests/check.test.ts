import { expect, test } from '@jest/globals';
import { type Check, type Finding, makeChecks, type Planned } from '../src/check.ts';
import { headline, summaryOf } from '../src/summary.ts';
import { judge } from '../src/verdict.ts';

const clock = { now: () => 0, sleep: () => Promise.resolve() };
const finding = (status: Finding['status']): Finding => ({ status, evidence: 'e', next: 'n' });
const planned = (id: string, more: Partial<Planned> = {}): Planned => ({ id, name: id, reasonCode: 'not-ready', leftOut: null, ask: () => Promise.resolve(finding('ok')), ...more });
const statuses = (checks: readonly Check[]): string[] => checks.map(({ id, status }) => `${id} ${status}`);

test('a check that breaks is a failed one with its cause, and hides no other', async () => {
  const checks = await makeChecks([planned('a', { ask: () => Promise.reject(new Error('it broke')) }), planned('b')], clock);
  expect(checks).toMatchObject([{ status: 'failed', evidence: 'it broke' }, { status: 'ok' }]);
});

test('what comes after a failed check is not asked, and neither is what comes after that; what was left out by name is no obstacle', async () => {
  const never = (): Promise<Finding> => Promise.reject(new Error('nobody may ask this'));
  const checks = await makeChecks([
    planned('a', { ask: () => Promise.resolve(finding('failed')) }), planned('b', { after: ['a'], ask: never }), planned('c', { after: ['b'], ask: never }),
    planned('d', { leftOut: { by: 'switch', input: 'skip-d' }, ask: never }), planned('e', { after: ['d'] }), planned('f', { ask: () => Promise.resolve(finding('warning')) }), planned('g', { after: ['f'] }),
  ], clock);
  expect(statuses(checks)).toEqual(['a failed', 'b skipped', 'c skipped', 'd skipped', 'e ok', 'f warning', 'g ok']);
  expect(checks.map(({ evidence }) => evidence)).toEqual(['e', 'not asked: "a" failed', 'not asked: "b" was not asked either', 'skip-d was set', 'e', 'e', 'e']);
});

test('what a switch left out is noted with its name; what the plan leaves out, or another check, is not', async () => {
  const checks = await makeChecks([
    planned('the lock', { leftOut: { by: 'switch', input: 'skip-lock' } }), planned('b', { leftOut: { by: 'plan', why: 'Vendure is not deployed' } }),
    planned('c', { ask: () => Promise.resolve(finding('failed')) }), planned('d', { after: ['c'] }), planned('e', { ask: () => Promise.resolve({ ...finding('warning'), notes: [{ kind: 'healed', what: 'It was mended.' }] }) }),
  ], clock);
  const { notes, result } = judge({ checks, commit, serving: {}, backup: null, plan: null, dryRun: false, startedAt: null, forecast: null });
  expect(notes).toEqual([{ kind: 'skipped', what: 'The check "the lock" was left out by skip-lock.' }, { kind: 'healed', what: 'It was mended.' }]);
  expect(result['checks']).toEqual(checks.map(() => expect.not.objectContaining({ notes: expect.anything() })));
});

test('checks that need nothing of each other are asked at the same time', async () => {
  const meeting = Promise.withResolvers<void>();
  const checks = await makeChecks([planned('a', { ask: () => meeting.promise.then(() => finding('ok')) }), planned('b', { ask: () => Promise.resolve(meeting.resolve()).then(() => finding('ok')) })], clock);
  expect(statuses(checks)).toEqual(['a ok', 'b ok']);
});

const sha = 'a'.repeat(40);
const commit = { sha, from: 'branch main', imageTag: 't' };
const one = (status: Check['status'], reasonCode: Check['reasonCode'] = 'not-ready'): Check => ({ id: reasonCode, name: 'a check', reasonCode, status, seconds: 0, evidence: 'what was read', next: 'what to type' });

test.each<[string, readonly Check[], typeof commit | null, unknown]>([
  ['all passed', [one('ok')], commit, { decision: 'done', reasonCode: 'ready', outputs: { sha, 'image-tag': 't', 'backup-marker': '' } }],
  ['a warning stops nothing', [one('warning'), one('skipped')], commit, { decision: 'done', reasonCode: 'ready' }],
  ['one that failed says why', [one('failed', 'schema-drift'), one('ok')], commit, { decision: 'failed', reasonCode: 'schema-drift', outputs: {} }],
  ['two that say the same', [one('failed', 'commit-not-allowed'), one('failed', 'commit-not-allowed')], commit, { reasonCode: 'commit-not-allowed' }],
  ['two that say different things', [one('failed', 'commit-not-allowed'), one('failed', 'schema-drift')], commit, { reasonCode: 'not-ready' }],
  ['no commit', [one('failed', 'ref-not-found')], null, { reasonCode: 'ref-not-found', outputs: {} }],
])('%s', (_, checks, found, expected) => expect(judge({ checks, commit: found, serving: {}, backup: null, plan: null, dryRun: false, startedAt: null, forecast: null })).toMatchObject(expected as object));

test('a backup goes on as a marker', () => {
  const { outputs } = judge({ checks: [one('ok')], commit, serving: {}, backup: { id: 'b-1', takenAt: '2026-01-01T00:00:00Z', bytes: 5, runId: 7 }, plan: null, dryRun: false, startedAt: null, forecast: null });
  expect(JSON.parse(outputs['backup-marker'] ?? '')).toEqual({ id: 'b-1', 'taken-at': '2026-01-01T00:00:00Z', bytes: 5, 'run-id': 7 });
});

test('the summary has the headline first, then what has to be done, then every check with its reason', () => {
  const checks = [one('ok'), { ...one('skipped'), name: 'deploy lock', evidence: 'skip-lock was set', next: '' }, one('warning'), one('failed')];
  expect(headline(checks)).toBe('This deploy may not start: 1 of 4 checks failed (1 with a warning, 1 left out).');
  const lines = summaryOf('production, main', checks).split('\n').filter((line) => line !== '');
  expect(lines.slice(0, 4)).toEqual(['### preflight: production, main', `**${headline(checks)}**`, '- **failed: a check.** what was read → what to type', '- **warning: a check.** what was read → what to type']);
  expect(lines).toContain('| deploy lock | skipped | 0.0 | skip-lock was set |  |');
});
