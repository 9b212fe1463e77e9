import type { Holder, LockState } from './state.ts';

export function describeHolder(one: Holder): string {
  if (one.kind === 'local' && one.user !== undefined) return `a laptop, ${one.user}@${one.host} (process ${one.pid}), by @${one.actor}`;
  return one.kind === 'local' ? `a deploy on ${one.host} (process ${one.pid}), by @${one.actor}` : `${one.repo} run ${one.run_id} attempt ${one.run_attempt}, job ${one.job}, by @${one.actor} (${one.url})`;
}

/** Who, since when, and where it was when it wrote last. */
export function describeHold(holder: Holder, state: Pick<LockState, 'since' | 'phase'>): string {
  const phase = state.phase === '' || (holder.kind === 'actions' && state.phase === holder.job) ? '' : `, now in ${state.phase}`;
  return `${describeHolder(holder)}${state.since === '' ? '' : `, since ${state.since}`}${phase}`;
}
