import type { ActionContext } from '@vendure-deploy/shared/action';
import { githubRuns, type Job, ProviderError } from '@vendure-deploy/shared/providers/github';
import { momentOf } from '@vendure-deploy/shared/sla';
import type { inputs as declared } from './io.ts';
import { type Timeline, timelineOf } from './timeline.ts';

type Context = ActionContext<typeof declared>;

export interface RunTimes {
  /** When the SLA clock began: milliseconds since the epoch. */
  readonly startedAt: number;
  /** null: GitHub did not say. */
  readonly timeline: Timeline | null;
  /** Of this run; empty: GitHub did not say. */
  readonly jobs: readonly Job[];
}

/** The clock begins with the input, else with this attempt of the run, else now (and the log says so). @throws {UserError} */
export async function readTimes(context: Context): Promise<RunTimes> {
  const { inputs, log, clock } = context;
  const given = momentOf(inputs['started-at']);
  const { laptop } = context.run;
  if (laptop !== undefined) return { startedAt: given ?? laptop.startedAt, timeline: null, jobs: [] };
  const read = await readRun(context);
  if (given === null && read === null) log.warning('When the run started could not be read: the SLA clock counts from now, which is too short.');
  const startedAt = given ?? read?.startedAt ?? clock.now();
  return { startedAt, timeline: read === null ? null : timelineOf(read.jobs, startedAt, clock.now()), jobs: read?.jobs ?? [] };
}

async function readRun({ inputs, http, run: { apiUrl, repository, runId }, log }: Context): Promise<{ startedAt: number; jobs: readonly Job[] } | null> {
  if (inputs['github-token'].isEmpty) return null;
  const runs = githubRuns({ http, token: inputs['github-token'], apiUrl });
  try {
    const [{ startedAt, createdAt, attempt }, jobs] = await Promise.all([runs.run(repository, runId), runs.jobs(repository, runId).catch(unlisted)]);
    if (attempt > 1) log.info(`This is attempt ${attempt} of the run: the clock counts from its own beginning; the first one began ${Math.round((startedAt - createdAt) / 1000)} s earlier.`);
    return { startedAt, jobs };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    log.info(error.message);
    return null;
  }

  function unlisted(error: unknown): [] {
    if (!(error instanceof ProviderError)) throw error;
    log.info(`The critical path is not known: ${error.message}`);
    return [];
  }
}
