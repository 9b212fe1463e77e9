import type { ActionContext, RunContext } from '@vendure-deploy/shared/action';
import type { EnvironmentConfig } from '@vendure-deploy/shared/config';
import { type DeploymentRecord, ProviderError, recordDeployment } from '@vendure-deploy/shared/providers/github/deployments';
import { type Surface, type Verdict, VERDICTS } from '@vendure-deploy/shared/release';
import type { inputs as declared } from './io.ts';

interface Deploy {
  readonly verdict: Verdict;
  readonly sha: string;
  readonly environment: string;
  /** Of the surfaces that were to be deployed. */
  readonly urls: Partial<Record<Surface, string>>;
  readonly run: Pick<RunContext, 'runId' | 'runUrl' | 'laptop'>;
  readonly seconds: DeploymentRecord['seconds'];
}

const STATES = {
  deployed: 'success',
  unchanged: 'success',
  partial: 'failure',
  'failed-before-switch': 'failure',
  'failed-after-switch': 'failure',
  unknown: 'error',
} as const satisfies Record<Verdict, DeploymentRecord['state']>;

/** What GitHub is to be told; null when the commit was never resolved, for then there is nothing to tell it of. */
export function deploymentOf({ verdict, sha, environment, urls, run, seconds }: Deploy): DeploymentRecord | null {
  if (sha === '') return null;
  return {
    sha,
    environment,
    production: environment === 'production', // as GitHub itself tells one by its name
    runId: run.runId,
    verdict,
    seconds,
    state: STATES[verdict],
    description: `${verdict}: ${VERDICTS[verdict]}`,
    ...(run.laptop === undefined ? { logUrl: run.runUrl } : { logUrl: null, by: `a laptop, ${run.laptop.user}@${run.laptop.host}` }),
    environmentUrl: urls.storefront ?? urls.vendure ?? urls.dashboard ?? null, // what a customer sees first
  };
}

const DEADLINE_MS = 10_000;

/** Best effort: a record that cannot be written is a warning, and changes no verdict. @returns the deployment's id */
export async function tellGitHub({ verdict, seconds }: Pick<Deploy, 'verdict' | 'seconds'>, surfaces: readonly Surface[], environment: EnvironmentConfig, context: ActionContext<typeof declared>): Promise<number | null> {
  const { inputs, run, log, signal } = context;
  if (!inputs['record-deployment']) return null;
  const urls = Object.fromEntries(surfaces.map((surface) => [surface, environment.surfaces[surface]?.['public-url']]));
  const record = deploymentOf({ verdict, sha: inputs.sha, environment: inputs.environment, urls, run, seconds });
  if (record === null) return null;
  if (inputs['github-token'].isEmpty) {
    log.info('No deployment is recorded at GitHub: input `github-token` is empty.');
    return null;
  }
  try {
    const { apiUrl, repository } = run;
    const id = await recordDeployment(record, { token: inputs['github-token'], apiUrl, repository, deadlineMs: DEADLINE_MS, signal, debug: (text) => log.debug(text) });
    log.info(`Deployment ${id} of ${inputs.environment} is recorded at GitHub as ${record.state}.`);
    return id;
  } catch (error) {
    log.warning(`The deployment could not be recorded at GitHub; the verdict stands. ${reason(error)}`);
    return null;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'GitHub gave no answer.';
  const forbidden = error instanceof ProviderError && error.code === 'forbidden';
  return `${error.message}.${forbidden ? ' Give the job the permission `deployments: write`, or set `record-deployment: false`.' : ''}`;
}
