import type { Log, RunContext } from '../action/definition.ts';
import type { HttpClient } from '../net/index.ts';
import { githubRuns, ProviderError } from '../providers/github/index.ts';
import type { Secret } from '../secrets/index.ts';

export interface Asking {
  readonly log: Log;
  readonly http: HttpClient;
  readonly run: RunContext;
}

/** When this attempt of the run began, in milliseconds since the epoch. Best effort: no deploy hangs on it. @returns null: not known, and why stands in the log */
export async function startOfAttempt({ log, http, run }: Asking, token: Secret): Promise<number | null> {
  if (run.laptop !== undefined) return run.laptop.startedAt;
  if (token.isEmpty) {
    log.info('When this run began is not known: input `github-token` is empty.');
    return null;
  }
  try {
    return (await githubRuns({ http, token, apiUrl: run.apiUrl }).run(run.repository, run.runId)).startedAt;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    log.info(`When this run began is not known: ${error.message}.`);
    return null;
  }
}
