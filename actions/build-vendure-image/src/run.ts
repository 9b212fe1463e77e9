import { join, resolve } from 'node:path';
import { type ActionContext, stopwatch, UserError } from '@vendure-deploy/shared/action';
import { joinedLogin, registries, type RegistryClient } from '@vendure-deploy/shared/providers/registry';
import { appQuestion } from './app-exists.ts';
import { build } from './build-image.ts';
import { requireFence } from './fenced.ts';
import type { inputs as declared } from './inputs.ts';
import { type Job, readJob } from './job.ts';
import { planFrom, planOwn, type Plan } from './plan.ts';
import { type Account, summaryOf, summaryPaths, type SummaryPaths, writeSummary } from './summary-file.ts';
import { appMissing, judgeCopy, type Result } from './verdict.ts';

type Context = ActionContext<typeof declared>;

/** Look, then the cheapest way that the look allows; the summary is written however it ends. */
export async function run(context: Context): Promise<Result> {
  const { inputs, temporary, clock, log } = context;
  const started = clock.now();
  const paths = summaryPaths(resolve(inputs['summary-directory'] || join(temporary, 'vendure-image-build')), inputs.environment, inputs.sha);
  const account: Account = { environment: inputs.environment, sha: inputs.sha, job: null, found: null, image: null, from: null, copied: null, built: null, watch: stopwatch(clock), secondsLeft: null };
  const conclude = async (told: Parameters<typeof summaryOf>[1]): Promise<void> => {
    account.secondsLeft = inputs['registry-timeout-seconds'] + inputs['build-timeout-seconds'] - (clock.now() - started) / 1000;
    await writeSummary(paths, summaryOf(account, told)).catch((error: unknown) => log.warning(`The summary could not be written to ${paths.summary}: ${error instanceof Error ? error.message : String(error)}`));
  };
  try {
    const result = await work(context, account, paths);
    await conclude({ ...result, source: result.outputs.source ?? '' });
    return { ...result, outputs: { ...result.outputs, 'summary-file': paths.summary }, result: { ...result.result, phases: account.watch.seconds() } };
  } catch (error) {
    await conclude(error instanceof UserError ? { decision: 'failed', reasonCode: error.reasonCode, message: error.message, source: '' } : { decision: 'unknown', reasonCode: context.signal.aborted ? 'cancelled' : 'unexpected-error', message: String(error), source: '' });
    throw error;
  }
}

async function work(context: Context, account: Account, paths: SummaryPaths): Promise<Result> {
  const { inputs, http, clock, log, signal } = context;
  const { watch } = account;
  const job = await readJob(context);
  account.job = job;
  const fence = (): Promise<void> => requireFence(context);
  const sourceToken = inputs['source-registry-token'].isEmpty ? inputs['registry-token'] : inputs['source-registry-token'];
  const appExists = appQuestion(context, (app) => (app === job.repository.name ? inputs['registry-token'] : sourceToken));
  const registriesNow = (): ReturnType<typeof registries> => registries({ http, clock, signal, budgetMs: inputs['registry-timeout-seconds'] * 1000, warn: log.warning, isMissing: async (repository) => await appExists(repository) === 'missing' });
  const client = registriesNow();
  const own = client(job.repository, job.login);
  const source = job.source === null ? null : client(job.source.repository, job.sourceLogin);

  const plan = await watch.time('look-up', () => log.group('Look for the image of this commit', () => look(context, job, own, source, account)));
  switch (plan.kind) {
    case 'end': return account.found?.kind === 'unknown' && account.found.cause === 'app-unknown' && await appExists(job.repository) === 'missing' ? appMissing(job, account.found) : plan.result;
    case 'promote': {
      if (source === null || job.source === null) throw new Error('nothing is copied from nowhere');
      const { image } = plan;
      const joined = joinedLogin(job.repository.host, job.login, job.sourceLogin);
      const mounter = joined === null ? undefined : client(job.repository, joined);
      const copied = await watch.time('promote', () => log.group(`Copy the image of ${job.source?.name ?? ''}`, () => own.copyFrom(source, image, job.tag, { say: log.info, mounter, beforeTag: fence })));
      account.copied = copied;
      account.image = copied.kind === 'copied' ? image : null;
      return judgeCopy(copied, image, job, job.source.name);
    }
    // A build may take longer than all that is asked of a registry: the read-back has a time of its own.
    case 'build': return build({ context, job, readBack: () => registriesNow()(job.repository, job.login).lookUp(job.tag), appExists: () => appExists(job.repository), fence, account, logFile: paths.log });
  }
}

/** By when the other registry has to have answered, once our own has. */
const PATIENCE_MS = 1_000;

/** Both at once: who is asked second would cost a round trip. */
async function look({ clock, signal }: Context, job: Job, own: RegistryClient, source: RegistryClient | null, account: Account): Promise<Plan> {
  const { source: from } = job;
  const asked = from === null || source === null ? Promise.resolve(null) : source.lookUp(from.reference);
  // Where our own image is found, the other is good to know and decides nothing: a fault of it is none of ours.
  asked.catch(() => {});
  account.found = await own.lookUp(job.tag);
  const beside = account.found.kind === 'absent' ? null : await Promise.race([asked, clock.sleep(PATIENCE_MS, signal).then(() => null)]);
  const plan = planOwn(job, account.found, from?.digest ?? (beside?.kind === 'present' ? beside.digest : null));
  if (account.found.kind === 'present' && plan?.kind === 'end' && plan.result.decision === 'done') account.image = account.found;
  if (plan !== null) return plan;
  account.from = await asked;
  return planFrom(job, account.from);
}
