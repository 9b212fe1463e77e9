import type { RunOutcome } from './outcome.ts';

/** `outcome.json` of a run without a twin: there is no ground truth, no fault and no write to count. */
export function outcomeFile(workflow: string, run: RunOutcome) {
  return {
    'schema-version': 1,
    workflow,
    conclusion: run.conclusion,
    verdict: run.outputs['verdict'] || null,
    seconds: rounded(run.seconds),
    outputs: run.outputs,
    jobs: run.jobs.map((job) => ({ ...job, seconds: rounded(job.seconds), steps: job.steps.map((step) => ({ ...step, seconds: rounded(step.seconds) })) })),
    annotations: run.annotations.map(({ job, level, message, file, line, title }) => ({ job, level, message, file, line, title })),
    refused: run.refused,
    truth: null,
    'stray-calls': [],
    faults: [],
    writes: 0,
    rehearsal: { ok: true, why: '' },
  };
}

export type OutcomeFile = ReturnType<typeof outcomeFile>;

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
