import type { Run } from './run.ts';

/** What the reviewers of an environment answer. Environments without a given answer have none. */
export async function askApproval(run: Run, environment: string, cancelled: AbortSignal, waiting: () => void): Promise<'approved' | 'rejected' | 'cancelled'> {
  const approvals = run.options.approvals ?? {};
  const name = Object.keys(approvals).find((known) => known.toLowerCase() === environment.toLowerCase());
  const answer = environment === '' || name === undefined ? 'yes' : approvals[name];
  if (answer === 'no') return 'rejected';
  if (answer !== 'hold') return 'approved';
  if (cancelled.aborted) return 'cancelled';
  const held = new Promise<'cancelled'>((resolve) => cancelled.addEventListener('abort', () => resolve('cancelled'), { once: true }));
  // Nothing else keeps this process alive while it waits.
  const alive = setInterval(() => undefined, 60_000);
  waiting();
  return held.finally(() => clearInterval(alive));
}
