import { expect, test } from '@jest/globals';
import { judgeHolder, lostRunnerMs, type JobFacts, type Judgement, type Standing } from '../../src/lock/judge.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const seconds = (ago: number): number => NOW - ago * 1000;
const finished = (ago: number): JobFacts => ({ status: 'completed', conclusion: 'failure', completedAt: seconds(ago), steps: ['completed', 'completed'], hadRunner: true });
const lost = (ago: number): JobFacts => ({ ...finished(ago), steps: ['completed', 'in_progress'] });
const silent = (ago: number): JobFacts => ({ ...finished(ago), steps: [] });
const neverStarted: JobFacts = { ...finished(1), conclusion: 'cancelled', steps: [], hadRunner: false };
const active: JobFacts = { status: 'in_progress', conclusion: null, completedAt: null, steps: ['completed'], hadRunner: true };
const run = (jobs: readonly JobFacts[] | null, more: Partial<Extract<Standing, { kind: 'run' }>> = {}): Standing => ({ kind: 'run', status: 'completed', conclusion: 'failure', updatedAt: seconds(10), jobs, now: NOW, ...more });
const job = (facts: JobFacts, now: number | null = NOW): Standing => ({ kind: 'job', job: facts, now });
const dead = 'dead';
const holds = (freeInSeconds: number | null): number | null => freeInSeconds;

test.each<[string, Standing, 'dead' | number | null]>([
  // of a run
  ['it goes on', run(null, { status: 'in_progress' }), holds(null)],
  ['it waits for a reviewer', run(null, { status: 'waiting' }), holds(null)],
  ['every step was reported', run([finished(1), finished(2)]), dead],
  ['one job never had a runner', run([finished(1), neverStarted]), dead],
  ['a runner was lost 100 s ago', run([finished(1), lost(100)]), holds(329)],
  ['a runner was lost, and that was the last', run([finished(200), lost(100)]), holds(230)],
  ['a runner was lost 329 s ago', run([lost(329)]), holds(1)],
  ['a runner was lost 330 s ago', run([lost(330)]), dead],
  ['a job without a word of its steps had a runner', run([silent(100)]), holds(230)],
  ['its jobs were not read', run(null), holds(320)],
  ['it has no jobs at all', run([]), holds(320)],
  ['its jobs were not read, long ago', run(null, { updatedAt: seconds(331) }), dead],
  ['it ended later than it is: clocks of servers', run([lost(-5)]), holds(330)],
  ['GitHub gave no time, and a runner was lost', run([lost(4_000)], { now: null }), holds(null)],
  ['GitHub gave no time, and every step was reported', run([finished(1)], { now: null }), dead],
  // of a single job
  ['it goes on', job(active), holds(null)],
  ['every step was reported', job(finished(0)), dead],
  ['its runner was lost 30 s ago', job(lost(30)), holds(300)],
  ['its runner was lost 330 s ago', job(lost(330)), dead],
  ['when it ended is not known', job({ ...lost(0), completedAt: null }), holds(null)],
  // of what cannot be asked
  ['403, 404, silence: no permission is no death', { kind: 'unknown', why: 'GitHub answered 403' }, holds(null)],
  ['a machine, 119 s, with steal', { kind: 'silence', ms: 119_000, steal: true }, holds(1)],
  ['a machine, 120 s, with steal', { kind: 'silence', ms: 120_000, steal: true }, dead],
  ['a machine, an hour, nobody asked to steal', { kind: 'silence', ms: 3_600_000, steal: false }, holds(null)],
])('%s: %j', (_, standing, expected) => {
  const judgement: Judgement = judgeHolder(standing);
  expect(judgement.kind === 'dead' ? dead : judgement.freeInMs === null ? null : judgement.freeInMs / 1000).toBe(expected);
  expect(judgement.why).toMatch(/^[A-Z].*\.$/u);
});

test.each<[string, readonly JobFacts[], number | null, number]>([
  ['all are through or at work', [finished(1), active, neverStarted], NOW, 0],
  ['one was lost', [finished(1), lost(100), active], NOW, 230],
  ['the last of two counts', [lost(100), lost(30)], NOW, 300],
  ['long ago', [lost(331)], NOW, 0],
  ['nobody knows what time it is', [lost(331)], null, 330],
])('a lost runner of the own run may still be at work: %s', (_, jobs, now, expected) => {
  expect(lostRunnerMs(jobs, now) / 1000).toBe(expected);
});
