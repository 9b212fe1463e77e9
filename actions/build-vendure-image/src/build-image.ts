import type { ActionContext } from '@vendure-deploy/shared/action';
import { checkoutFault } from '@vendure-deploy/shared/checkout';
import type { ImageLookup } from '@vendure-deploy/shared/providers/registry';
import { type AppExists, buildAndPush, imageLabels } from './buildx/index.ts';
import type { inputs as declared } from './inputs.ts';
import type { Job } from './job.ts';
import type { Account } from './summary-file.ts';
import { failure, judgeBuilt, type Result } from './verdict.ts';

export interface Building {
  context: ActionContext<typeof declared>;
  job: Job;
  readBack(): Promise<ImageLookup>;
  appExists(): Promise<AppExists>;
  /** Renews the lock. @throws {UserError} it is not ours */
  fence(): Promise<void>;
  account: Account;
  logFile: string;
}

/** From the clean checkout of the commit, and never anything else; what the registry has afterwards decides. */
export async function build({ context, job, readBack, appExists, fence, account, logFile }: Building): Promise<Result> {
  const { inputs, workspace, temporary, clock, log, signal, run } = context;
  const fault = await checkoutFault(workspace, job.sha, { untracked: false });
  if (fault !== null) return failure('checkout-mismatch', job, fault.why, account.found);
  const created = new Date(clock.now()).toISOString();
  const { dockerfile, context: folder } = job.surface;
  const built = await account.watch.time('build', () => buildAndPush({
    reference: `${job.place}:${job.tag}`, dockerfile, context: folder, platform: 'linux/amd64',
    provenance: inputs.provenance || 'false',
    labels: imageLabels({ sha: job.sha, tag: job.tag, source: `${run.serverUrl}/${run.repository}`, created }),
    buildArguments: { DEPLOY_SHA: job.sha, BUILT_AT: created },
    secrets: job.buildSecrets,
    login: { host: job.repository.host, username: job.login.username, token: job.login.password },
    cache: { choice: inputs.cache || 'auto', mode: inputs['cache-mode'] || 'min', registryCacheTo: inputs['registry-cache-to'], directory: job.cacheDirectory, registryReference: `${job.place}:cache` },
    pushRetries: inputs['push-retries'],
    deadlineMs: inputs['build-timeout-seconds'] * 1000,
    attemptMs: inputs['attempt-timeout-seconds'] === 0 ? null : inputs['attempt-timeout-seconds'] * 1000,
    appExists, fence,
    logFile, workspace, temporary, environment: process.env, clock, log, signal,
  }));
  account.built = built;
  signal.throwIfAborted();
  const found = await account.watch.time('read-back', () => log.group('Read the image back', readBack));
  const result = judgeBuilt(built, found, job);
  account.image = found.kind === 'present' && result.decision === 'done' ? found : null;
  return result;
}
