import { expect, test } from '@jest/globals';
import { judge } from '../src/verdict.ts';

const COMMIT = { sha: 'a'.repeat(40), from: 'main', imageTag: 'production-a' };
const FORECAST = { samples: 3, phases: { vendure: { seconds: 60, job: 70 } } };
const found = { checks: [], commit: COMMIT, serving: {}, backup: null, plan: null, dryRun: false };

test('the clock and the forecast travel on, and what is not known travels as nothing', () => {
  expect(judge({ ...found, startedAt: Date.parse('2026-01-31T12:00:00Z'), forecast: FORECAST }).outputs).toMatchObject({ 'started-at': '2026-01-31T12:00:00.000Z', forecast: JSON.stringify(FORECAST) });
  expect(judge({ ...found, startedAt: null, forecast: null }).outputs).toMatchObject({ 'started-at': '', forecast: '' });
});

test('which repository holds the lock travels on; nothing is the run\'s own', () => {
  const known = { ...found, startedAt: null, forecast: null };
  expect(judge({ ...known, lockRepository: 'example/shop' }).outputs).toMatchObject({ 'lock-repository': 'example/shop' });
  expect(judge(known).outputs).toMatchObject({ 'lock-repository': '' });
});
