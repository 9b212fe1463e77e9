import type { ActionContext } from '../action/definition.ts';
import { UserError } from '../action/errors.ts';
import type { Secret } from '../secrets/index.ts';
import { steady } from './clock.ts';
import { fence } from './fence.ts';
import { gitRefClient } from './git-ref-client.ts';
import { holderOf, sameRun } from './state.ts';

/** As the inputs of an action that writes give it. */
export interface OwnLock {
  readonly token: Secret;
  readonly environment: string;
  /** owner/name; empty: the repository of the run. */
  readonly repository: string;
  /** Output `nonce` of the step that acquired; empty: whatever this attempt of the run holds. */
  readonly nonce: string;
}

type Context = Pick<ActionContext<unknown>, 'http' | 'run' | 'clock' | 'signal'>;

/**
 * @returns why the deploy lock of that environment is not this run's, as the end of a sentence; null: it is, and was renewed just now
 * @throws {UserError} for a `lock-repository` that is none
 */
export async function renewLock({ http, run, clock, signal }: Context, { token, environment, repository, nonce }: OwnLock): Promise<string | null> {
  const me = holderOf(run);
  const git = gitRefClient({ http, token, repository: lockRepository(repository, run.repository), apiUrl: run.apiUrl });
  const result = await fence({ git, environment, mine: (holder) => (nonce === '' ? sameRun(holder, me) : holder.nonce === nonce), phase: run.job, clock: steady(clock), signal });
  return result.kind === 'held' ? null : result.why;
}

/** Who names the lock that it holds means it to be renewed. @throws {UserError} */
export function refuseUnrenewable(inputs: { readonly 'lock-nonce': string; readonly 'github-token': Secret }): void {
  if (inputs['lock-nonce'] !== '' && inputs['github-token'].isEmpty) throw new UserError('input `lock-nonce` is given without `github-token`, which renews that lock. Give both, or neither.');
}

/** @throws {UserError} */
export function lockRepository(given: string, own: string): string {
  const repository = given === '' ? own : given;
  if (!/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(repository)) throw new UserError(`input \`lock-repository\` is ${JSON.stringify(repository)}. Give owner/name, or leave it empty to use ${own}.`);
  return repository;
}
