import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createJobLogs } from '../../src/github/job-logs.ts';
import { createRuns, type JobState, type Runs } from '../../src/github/actions.ts';
import type { Repository } from '../../src/github/objects.ts';

const REPOSITORY = { name: 'example/shop' } as Repository;
const STEP = { name: 'deploy', number: 1, status: 'completed', conclusion: 'failure' } as const;
const ENDED: JobState = { id: 71, name: 'vendure', status: 'completed', conclusion: 'failure', startedAt: '2026-01-01T00:00:00Z', completedAt: '2026-01-01T00:01:00Z', steps: [STEP] };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the next process of a kept world knows the jobs of a run that has ended: every step is reported', async () => {
  const runs = open();
  runs.set({ id: 7, repository: REPOSITORY.name, status: 'in_progress', startedAt: ENDED.startedAt });
  runs.setJobs(7, [ENDED]);
  runs.set({ id: 7, repository: REPOSITORY.name, status: 'completed', conclusion: 'failure', startedAt: ENDED.startedAt });
  expect(await jobsOf(open(), 7)).toMatchObject([{ id: 71, status: 'completed', conclusion: 'failure', steps: [{ name: 'deploy', status: 'completed' }] }]);
});

test('a job whose process was killed has ended with a step that nobody reported', async () => {
  const runs = open();
  runs.set({ id: 7, repository: REPOSITORY.name, status: 'in_progress', startedAt: ENDED.startedAt });
  runs.setJobs(7, [{ ...ENDED, status: 'in_progress', conclusion: null, completedAt: null, steps: [] }]);
  expect(await jobsOf(open(), 7)).toMatchObject([{ status: 'completed', conclusion: 'failure', steps: [{ status: 'in_progress' }] }]);
});

function open(): Runs {
  return createRuns(join(folder, 'runs.json'), createJobLogs(join(folder, 'logs'), (file) => file));
}

async function jobsOf(runs: Runs, id: number): Promise<unknown> {
  const { jobs } = (await runs.answer(REPOSITORY, ['runs', String(id), 'jobs'], new URLSearchParams()).json()) as { jobs: unknown };
  return jobs;
}
