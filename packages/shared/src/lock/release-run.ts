import { judgeHolder, lostRunnerMs } from './judge.ts';
import { release, type Released, type ReleaseRequest } from './release.ts';
import type { StandingReader } from './standing.ts';
import { earlierAttempt, sameRun, type Holder } from './state.ts';

export interface ReleaseRunRequest extends Omit<ReleaseRequest, 'mine' | 'known' | 'intended'>, StandingReader {
  /** The run at whose end the lock is given back. */
  me: Holder;
  /** Of a token that may not look at the run's own jobs. */
  unseen?(why: string): void;
}

/** `kept`: a job of this run may still be at work, though GitHub has closed it. Whoever comes next takes the lock after that time. */
export type RunReleased = Released | { kind: 'kept'; freeInMs: number };

/** Gives back what this attempt of the run holds; and what an earlier one held, once that is dead. */
export async function releaseRun(request: ReleaseRunRequest): Promise<RunReleased> {
  const { me } = request;
  // No runner of a laptop is ever lost: its jobs end with it.
  if (me.kind === 'local') return release({ ...request, mine: (holder) => sameRun(holder, me) });
  const jobs = await request.jobsOf(me);
  if (jobs.kind === 'unknown') return jobs;
  if (jobs.kind === 'denied') request.unseen?.(jobs.why);
  const freeInMs = jobs.kind === 'read' ? lostRunnerMs(jobs.jobs, jobs.now) : 0;
  const released = await release({ ...request, mine: (holder) => freeInMs === 0 && sameRun(holder, me) });
  if (released.kind === 'lost' && sameRun(released.holder, me)) return { kind: 'kept', freeInMs };
  if (released.kind !== 'lost' || !earlierAttempt(released.holder, me) || released.holder.kind !== 'actions') return released;
  const { nonce } = released.holder;
  const judgement = judgeHolder(await request.standingOf(released.holder, released.state.hold));
  return judgement.kind === 'dead' ? release({ ...request, mine: (holder) => holder.nonce === nonce }) : released;
}
