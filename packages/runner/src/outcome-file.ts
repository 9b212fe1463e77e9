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
    jobs: run.jobs.map((job) => ({ ...job, ...timesOf(job), steps: job.steps.map((step) => ({ ...step, ...timesOf(step) })) })),
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

function timesOf({ started, seconds }: { readonly started?: number; readonly seconds: number }): { started?: number; seconds: number } {
  return { ...(started === undefined ? {} : { started: rounded(started) }), seconds: rounded(seconds) };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
