import type { ActionContext } from '../action/definition.ts';
import type { Secret } from '../secrets/index.ts';
import { fence } from './fence.ts';
import { gitRefClient } from './git-ref-client.ts';
import { describeHolder, runHolder } from './state.ts';

/** @returns why the deploy lock of that environment is not this run's, as the end of a sentence; null: it is, and was renewed just now */
export async function renewLock({ http, run, clock, signal }: Pick<ActionContext<unknown>, 'http' | 'run' | 'clock' | 'signal'>, token: Secret, environment: string): Promise<string | null> {
  const git = gitRefClient({ http, token, repository: run.repository, apiUrl: run.apiUrl });
  const result = await fence({ git, environment, holder: runHolder(run), clock, signal });
  if (result.kind === 'held') return null;
  if (result.kind === 'unknown') return result.why;
  return result.holder === null ? 'it is free' : `it is held by ${describeHolder(result.holder)}`;
}
