import type { PostContext } from '@vendure-deploy/shared/action';
import { describeHold, forgetHold, lockRepository, recallHead, recallIntended, release, steady } from '@vendure-deploy/shared/lock';
import { lockClient } from './request.ts';

/** Gives back what this job took for itself, and what may have landed without anybody knowing. Without saved state nothing was tried, so nothing is undone. */
export async function post(context: PostContext): Promise<void> {
  const { state, log, http, run, clock, signal } = context;
  const nonce = state.read('nonce');
  const intended = recallIntended(state.read('intended'));
  const known = recallHead(state.read('acquired'));
  if (nonce === '' || intended === null) return;
  // Of a run's hold its last job gives back; what was only entered is given back by who took it.
  if (known !== null && (known.state.hold !== 'job' || known.state.holder?.nonce !== nonce)) return;
  const environment = context.input('environment');
  const git = lockClient({ http, run, token: await context.secret('github-token'), lockRepository: context.input('lock-repository'), environment });
  forgetHold(run, { environment, repository: lockRepository(context.input('lock-repository'), run.repository) });
  const released = await release({
    git, environment, phase: run.job, clock: steady(clock), signal, reason: 'end of the job', mine: (holder) => holder.nonce === nonce, ...(known === null ? { intended } : { known }),
  });
  switch (released.kind) {
    case 'released': return log.info(`The lock of ${environment} is free again.`);
    case 'was-free': return known === null ? undefined : log.warning(`deploy-lock: the lock of ${environment} was free already: somebody else gave it back.`);
    case 'lost': return known === null ? log.info(`The lock of ${environment} is held by ${describeHold(released.holder, released.state)}; not touched.`) : log.warning(`deploy-lock: the lock of ${environment} was lost to ${describeHold(released.holder, released.state)}; not touched.`);
    default: return log.warning(`deploy-lock: whether the lock of ${environment} was given back is unknown: ${released.why}. Read it:  git fetch origin deploy-lock/${environment} && git log -1 FETCH_HEAD`);
  }
}
