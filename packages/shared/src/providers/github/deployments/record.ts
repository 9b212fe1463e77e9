import { z } from 'zod';
import type { Secret } from '../../../secrets/index.ts';
import { codeOfStatus, ProviderError } from '../../error.ts';

/** What GitHub is told of a deploy that has ended. */
export interface DeploymentRecord {
  readonly sha: string;
  readonly environment: string;
  readonly production: boolean;
  readonly runId: number;
  /** Who deployed; left out: that run of GitHub's. */
  readonly by?: string;
  readonly state: 'success' | 'failure' | 'error';
  /** GitHub takes 140 characters at most. */
  readonly description: string;
  /** null: GitHub has no run of it. */
  readonly logUrl: string | null;
  /** How it ended and what it took, for the forecast of the next one. */
  readonly verdict: string;
  /** Seconds from the start of the run, of each phase by its action's clock, and of each job with what passed right before it. */
  readonly seconds: { readonly total: number; readonly phases: Readonly<Record<string, number>>; readonly jobs: Readonly<Record<string, number>> };
  /** Where one sees it; null: nowhere. */
  readonly environmentUrl: string | null;
}

export interface RecordOptions {
  readonly token: Secret;
  readonly apiUrl: string;
  readonly repository: string;
  /** For all calls together. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  debug(text: string): void;
  /** In tests; else octokit's own, which heeds the proxy of the environment. */
  readonly fetch?: typeof globalThis.fetch;
}

const deployment = z.object({ id: z.number(), payload: z.unknown() });
const run = z.object({ 'run-id': z.number() });
const octokitError = z.object({ status: z.number(), response: z.object({ data: z.unknown() }).optional() });
const body = z.object({ message: z.string().min(1) });

/**
 * Gives the run's deployment of this commit and environment a status; makes the deployment if the run has none yet, so that a report
 * which runs again adds no second one.
 * @returns the deployment's id
 * @throws {ProviderError} also when cancelled, or when the time is up: then a part of it may be written
 */
export async function recordDeployment(record: DeploymentRecord, options: RecordOptions): Promise<number> {
  const deadline = AbortSignal.timeout(options.deadlineMs);
  const signal = AbortSignal.any([options.signal, deadline]);
  try {
    return await write(record, options, signal);
  } catch (error) {
    if (options.signal.aborted) throw new ProviderError('unavailable', 'cancelled');
    if (deadline.aborted) throw new ProviderError('unavailable', `GitHub did not answer within ${options.deadlineMs / 1000} s`);
    throw asProviderError(error);
  }
}

async function write(record: DeploymentRecord, options: RecordOptions, signal: AbortSignal): Promise<number> {
  // A chunk of its own in the bundle: octokit and its undici would slow down the start of every action that never gets here.
  const { getOctokit } = await import('@actions/github');
  const { repos } = getOctokit(options.token.reveal(), {
    baseUrl: options.apiUrl,
    userAgent: 'vendure-deploy',
    // Octokit would print to the console, where a line may be taken for a workflow command.
    log: { debug: options.debug, info: options.debug, warn: options.debug, error: options.debug },
    // Only in tests: it takes the place of all request options, octokit's fetch through the proxy among them.
    ...(options.fetch === undefined ? {} : { request: { fetch: options.fetch } }),
  }).rest;
  const [owner = '', repo = ''] = options.repository.split('/');
  const place = { owner, repo, request: { signal } };
  const made = { sha: record.sha, environment: record.environment, task: 'deploy' };

  const listed = await repos.listDeployments({ ...place, ...made, per_page: 100 }); // newest first
  const id = z.array(deployment).parse(listed.data).find((one) => runOf(one.payload) === record.runId)?.id ?? (await create());
  await repos.createDeploymentStatus({
    ...place,
    deployment_id: id,
    state: record.state,
    description: record.description,
    ...(record.logUrl === null ? {} : { log_url: record.logUrl }),
    ...(record.environmentUrl === null ? {} : { environment_url: record.environmentUrl }),
  });
  return id;

  /** It records what was done already: nothing is to be merged or waited for. */
  async function create(): Promise<number> {
    const { sha: ref, ...rest } = made;
    const answer = await repos.createDeployment({
      ...place,
      ...rest,
      ref,
      auto_merge: false,
      required_contexts: [],
      production_environment: record.production,
      transient_environment: false,
      description: `Deployed by ${record.by ?? `run ${record.runId}`}`,
      payload: { 'run-id': record.runId, verdict: record.verdict, seconds: record.seconds } satisfies z.infer<typeof run> & Record<string, unknown>,
    });
    return deployment.parse(answer.data).id;
  }
}

/** GitHub gives a payload back as it was sent: as an object, or as a text. Null: not one of ours. */
function runOf(payload: unknown): number | null {
  try {
    return run.safeParse(typeof payload === 'string' ? JSON.parse(payload) : payload).data?.['run-id'] ?? null;
  } catch {
    return null;
  }
}

/** Octokit's errors carry the answer; one without it (no connection) has the status 500 all the same. */
function asProviderError(error: unknown): ProviderError {
  if (error instanceof z.ZodError) return new ProviderError('unexpected-answer', 'GitHub answered about a deployment in another shape');
  const answer = octokitError.safeParse(error).data;
  if (answer?.response === undefined) return new ProviderError('unavailable', `GitHub gave no answer${error instanceof Error ? `: ${error.message}` : ''}`);
  const said = body.safeParse(answer.response.data).data?.message;
  return new ProviderError(codeOfStatus(answer.status), `GitHub answered ${answer.status}${said === undefined ? '' : `: ${said}`}`);
}
