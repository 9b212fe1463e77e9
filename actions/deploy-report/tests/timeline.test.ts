import { expect, test } from '@jest/globals';
import type { Job } from '@vendure-deploy/shared/providers/github';
import { jobSeconds } from '../src/job-seconds.ts';
import { timelineOf } from '../src/timeline.ts';

const job = (name: string, from: number | null, to: number | null, more: Partial<Job> = {}): Job => ({ id: 1, runId: 1, lost: false, name, status: to === null ? 'in_progress' : 'completed', conclusion: to === null ? null : 'success', startedAt: from === null ? null : from * 1000, completedAt: to === null ? null : to * 1000, steps: [], ...more });
const pathOf = (jobs: readonly Job[], now: number): string => timelineOf(jobs, 0, now * 1000).critical.map(({ job: name, seconds }) => `${name ?? '…'} ${seconds}`).join(', ');

test.each<[string, readonly Job[], number, string]>([
  ['one after the other, with the start of machines between', [job('preflight', 2, 5), job('vendure', 7, 60), job('report', 61, null)], 64, '… 2, preflight 3, … 2, vendure 53, … 1, report 3'],
  ['side by side, the longer one counts', [job('preflight', 0, 2), job('image', 2, 10), job('dashboard-build', 2, 30), job('dashboard', 30, 40), job('report', 40, null)], 41, 'preflight 2, dashboard-build 28, dashboard 10, report 1'],
  ['what ended before another one began is held up by that', [job('a', 0, 3), job('b', 0, 9), job('report', 9, null)], 10, 'b 9, report 1'],
  ['a job that was skipped took no time', [job('preflight', 0, 2), job('image', 2, 2, { conclusion: 'skipped' }), job('report', 2, null)], 3, 'preflight 2, report 1'],
  ['a job that waits for a machine has not begun', [job('preflight', 0, 2), job('image', null, null)], 5, 'preflight 2, … 3'],
  ['no job is known', [], 7, '… 7'],
])('%s', (_, jobs, now, path) => {
  expect(pathOf(jobs, now)).toBe(path);
});

test('the whole of it is the time since the start: nothing is counted twice, nothing left out', () => {
  const jobs = [job('preflight', 1, 4), job('image', 4, 20), job('storefront-build', 4, 33), job('vendure', 21, 90), job('storefront', 91, 99), job('verify', 99, 101), job('report', 103, null)];
  const { critical } = timelineOf(jobs, 0, 104_500);
  expect(critical.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(104.5);
});

test('the slowest job of the critical path is named, with its slowest step; a longer one beside it is not', () => {
  const steps = [{ name: 'Acquire the deploy lock', seconds: 2 }, { name: 'Deploy to Fly', seconds: 50 }];
  const jobs = [job('deploy / deploy / vendure', 0, 53, { steps }), job('deploy / deploy / aside', 0, 52), job('report', 53, null)];
  expect(timelineOf(jobs, 0, 54_000).slowest).toEqual({ job: 'vendure', seconds: 53, step: steps[1] });
});

test('what a job cost is recorded with the start of its machine, also beside the critical path', () => {
  const timeline = timelineOf([job('preflight', 5, 9), job('image', 9, 20), job('dashboard-build', 10, 15), job('vendure', 23, 60), job('report', 60, null)], 0, 62_000);
  expect(jobSeconds(timeline)).toEqual({ preflight: 9, image: 11, 'dashboard-build': 5, vendure: 40, report: 2 });
});
