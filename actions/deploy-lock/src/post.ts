import type { PostContext } from '@vendure-deploy/shared/action';
import { describeHolder, release } from '@vendure-deploy/shared/lock';
import { lockClient } from './request.ts';

/** Gives back what this job took for itself. Without saved state nothing was tried, so nothing is undone. */
export async function post(context: PostContext): Promise<void> {
  const { state, log, http, run, clock, signal } = context;
  const nonce = state.read('nonce');
  if (nonce === '' || state.read('intended-sha') === '' || state.read('hold') !== 'job') return;
  const environment = context.input('environment');
  const git = lockClient({ http, run, token: context.secret('github-token'), lockRepository: context.input('lock-repository'), environment });
  const released = await release({ git, environment, clock, signal, reason: 'end of the job', mine: (holder) => holder.nonce === nonce, intended: { parent: state.read('intended-parent') } });
  if (released.kind === 'released') log.info(`The lock of ${environment} is free again.`);
  else if (released.kind === 'foreign') log.info(`The lock of ${environment} is held by ${describeHolder(released.holder)}; not touched.`);
  else if (released.kind === 'unknown') log.warning(`deploy-lock: whether the lock of ${environment} was given back is unknown: ${released.why}. Read it:  git fetch origin deploy-lock/${environment} && git log -1 FETCH_HEAD`);
}
