import type { ActionContext } from '@vendure-deploy/shared/action';
import { diagnose, type Diagnosis, evidenceOf, logTail, type Situation } from '@vendure-deploy/shared/diagnosis';
import { githubRuns, type Job, ProviderError } from '@vendure-deploy/shared/providers/github';
import type { inputs as declared } from './io.ts';
import type { Phase } from './phases.ts';
import { shortName } from './timeline.ts';

type Context = ActionContext<typeof declared>;

/** Why what failed has failed, in the order of the lane: by what each action says, and by the end of its job's log. */
export async function readCauses(phases: readonly Phase[], jobs: readonly Job[], situation: Situation, context: Context): Promise<readonly Diagnosis[]> {
  const failed = phases.filter(({ result }) => result === 'failure' || result === 'cancelled');
  const logs = await Promise.all(failed.map(({ name }) => readLog(name, jobs, context)));
  const evidence = failed.flatMap(({ name, result, document }, index) => evidenceOf({
    phase: name,
    document: document ?? codeOf(result, jobs.find((job) => shortName(job.name) === name)),
    log: logs[index] ?? [],
  }));
  return diagnose(evidence, situation);
}

/** On the screen as well: the summary is a click away. */
export async function tellCauses(causes: readonly Diagnosis[], { log }: Context): Promise<void> {
  if (causes.length === 0) return;
  await log.group('Why, and what to type', async () => {
    for (const cause of causes) for (const line of linesOf(cause)) log.info(line);
  });
}

function linesOf(cause: Diagnosis): string[] {
  const place = cause.check === '' ? cause.phase : `${cause.phase}, ${cause.check}`;
  if (cause.kind === 'unknown') return [`${place}: not known${cause.reasonCode === '' ? '' : ` (${cause.reasonCode})`}. Its last lines:`, ...cause.lines.map((line) => `  ${line}`)];
  return [`${place}: ${cause.id}`, `  ${cause.cause.en}`, `  ${cause.cause.ja}`, ...cause.commands.map((command) => `  > ${command}`)];
}

/** Where no action spoke: what GitHub tells of the job. */
function codeOf(result: string, job: Job | undefined): { 'reason-code': string } | null {
  if (job?.lost === true) return { 'reason-code': 'runner-lost' };
  return result === 'cancelled' ? { 'reason-code': 'cancelled' } : null;
}

// A log of more is one of a program that ran wild. It is read from its beginning, so that its end is not seen: then the action's own words have to do.
const MOST_BYTES = 100 * 1024 * 1024;

/** Best effort: what an action says of itself is evidence enough for most. */
async function readLog(phase: string, jobs: readonly Job[], { inputs, http, run, log }: Context): Promise<readonly string[]> {
  const job = jobs.find(({ name }) => shortName(name) === phase);
  if (job === undefined || inputs['github-token'].isEmpty) return [];
  const tail = logTail();
  try {
    const read = await githubRuns({ http, token: inputs['github-token'], apiUrl: run.apiUrl }).readLog(run.repository, job.id, MOST_BYTES, (line) => tail.take(line));
    if (read.kind === 'absent') log.info(`The log of ${phase} could not be read: ${read.why}.`);
    if (read.kind === 'read' && !read.whole) log.info(`The log of ${phase} has more than ${MOST_BYTES / 1024 / 1024} MiB; its end was not read.`);
    return tail.lines();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    log.info(`The log of ${phase} could not be read: ${error.message}.`);
    return [];
  }
}
