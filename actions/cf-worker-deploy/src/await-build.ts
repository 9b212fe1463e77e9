import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { githubRuns, type Job, ProviderError } from '@vendure-deploy/shared/providers/github';
import type { Inputs, Outputs } from './io.ts';
import type { Target } from './target.ts';
import { suiteWrangler } from './wrangler/suite.ts';

/** What the job that builds has come to. */
export type Standing = 'waiting' | 'built' | 'failed' | 'lost';

/**
 * Until the job of this run that builds the Worker has ended. It runs beside the job that deploys, which comes for the artifact when the rest is done: neither
 * waits for the start of the other. The suite's wrangler is laid into the tool cache meanwhile, where the deploy will look for it.
 * @throws {UserError} build-failed, build-unfinished
 */
export async function awaitBuild(target: Target, context: ActionContext<Inputs>): Promise<ActionResult<Outputs>> {
  const laid = layWrangler(target, context);
  try {
    return await waitForJob(target, context);
  } finally {
    await laid;
  }
}

/** The deploy says why, if it cannot have one. A shop's own is brought by its install command, into a checkout that others use now. */
async function layWrangler({ wranglerRange }: Target, { inputs, log, signal, temporary }: ActionContext<Inputs>): Promise<void> {
  if (wranglerRange !== null) return;
  await suiteWrangler({ toolCache: process.env['RUNNER_TOOL_CACHE'] || null, temporary, seconds: inputs['build-timeout-seconds'], signal, log }).catch((error: unknown) => log.info(`There is no wrangler yet: ${error instanceof Error ? error.message : String(error)}`));
}

async function waitForJob({ surface, config }: Target, { inputs, http, run, clock, signal, log }: ActionContext<Inputs>): Promise<ActionResult<Outputs>> {
  const name = `${surface}-build`;
  const runs = githubRuns({ http, token: inputs['github-token'], apiUrl: run.apiUrl });
  const began = clock.now();
  const deadline = began + inputs['build-timeout-seconds'] * 1000;
  let why = `GitHub knows no job ${name} of this run`;
  for (;;) {
    const looked = await look();
    switch (looked) {
      case 'built': {
        const seconds = (clock.now() - began) / 1000;
        return { decision: 'done', reasonCode: 'built', message: `The job ${name} of this run has built the ${surface}; it was waited for ${seconds.toFixed(1)} s.`, outputs: { url: config['public-url'] }, result: { surface, job: name, 'waited-seconds': seconds } };
      }
      case 'failed':
      case 'lost': throw new UserError(`cf-worker-deploy: the job ${name} of this run ${looked === 'lost' ? 'was given up by GitHub, which lost its runner' : 'has not built the artifact'}; its own log says more. The ${surface} was not touched.`, { reasonCode: 'build-failed' });
      case 'waiting': break;
    }
    if (clock.now() + inputs['read-interval-seconds'] * 1000 > deadline) {
      throw new UserError(`cf-worker-deploy: the ${surface} could not be waited for: ${why}, after ${inputs['build-timeout-seconds']} s. It was not touched. Look:  gh run view ${run.runId}`, { reasonCode: 'build-unfinished' });
    }
    log.info(`Waiting for the job ${name}: ${why}.`);
    await clock.sleep(inputs['read-interval-seconds'] * 1000, signal);
  }

  async function look(): Promise<Standing> {
    try {
      const job = (await runs.jobs(run.repository, run.runId)).find((one) => one.name.split(' / ').at(-1) === name);
      if (job !== undefined) why = `it is ${job.status}`;
      return standingOf(job);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.code === 'forbidden' || error.code === 'unauthorized') throw new UserError(`cf-worker-deploy: the ${surface} could not be waited for: ${error.message}. Operation await-build needs \`actions: read\` for \`github-token\`.`, { reasonCode: 'build-unfinished' });
      // The artifact is what counts, and GitHub may be unwell for a while: asked again until the time is over.
      why = error.message;
      return 'waiting';
    }
  }
}

/** A job that GitHub does not list yet may still come. Pure. */
export function standingOf(job: Pick<Job, 'status' | 'conclusion' | 'lost'> | undefined): Standing {
  if (job?.status !== 'completed') return 'waiting';
  if (job.conclusion === 'success') return 'built';
  return job.lost ? 'lost' : 'failed';
}
