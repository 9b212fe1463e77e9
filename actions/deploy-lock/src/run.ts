import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { acquire, describeHolder, earlierAttempt, readLock, release, runHolder, sameRun, type GitRefClient, type Holder } from '@vendure-deploy/shared/lock';
import { githubClient } from '@vendure-deploy/shared/providers/github';
import type { inputs } from './inputs.ts';
import { lockClient } from './request.ts';
import { judgeAcquired, judgeReading, judgeReleased, type LockOutputs } from './verdict.ts';

type Context = ActionContext<typeof inputs>;
type Result = ActionResult<LockOutputs>;

export async function run(context: Context): Promise<Result> {
  const { inputs, http, run } = context;
  const git = lockClient({ http, run, token: inputs['github-token'], lockRepository: inputs['lock-repository'], environment: inputs.environment });
  const me = runHolder(run, inputs['job-id'] === '' ? run.job : inputs['job-id']);
  if (inputs.operation === 'acquire') return take(context, git, me);
  if (inputs.operation === 'release') return give(context, git, me);
  return look(context, git, me);
}

async function take(context: Context, git: GitRefClient, me: Holder): Promise<Result> {
  const { inputs, clock, signal, log, state } = context;
  const hold = inputs.hold === 'job' ? 'job' : 'run';
  // Before the first write: whatever happens to this process, post knows what may have landed.
  state.save('hold', hold);
  state.save('nonce', me.nonce);
  const acquired = await log.group(`Acquire the lock of ${inputs.environment}`, () => acquire({
    git, environment: inputs.environment, holder: me, hold, reason: `deploy of ${inputs.environment}`, waitMs: inputs['wait-seconds'] * 1000, clock, signal,
    intend: ({ sha, parent }) => {
      state.save('intended-sha', sha);
      state.save('intended-parent', parent);
    },
    waiting: (holder) => log.info(`Held by ${describeHolder(holder)}; waiting.`),
  }));
  const holderRun = acquired.kind === 'busy' ? await runOf(context, acquired.holder) : '';
  return judgeAcquired(acquired, { environment: inputs.environment, holderRun, waitSeconds: inputs['wait-seconds'] });
}

async function give(context: Context, git: GitRefClient, me: Holder): Promise<Result> {
  const { inputs, clock, signal, log } = context;
  const released = await log.group(`Release the lock of ${inputs.environment}`, () => release({
    git, environment: inputs.environment, clock, signal, reason: `released by ${me.url}`,
    mine: (holder) => sameRun(holder, me) || earlierAttempt(holder, me),
  }));
  return judgeReleased(released, inputs.environment);
}

async function look(context: Context, git: GitRefClient, me: Holder): Promise<Result> {
  const reading = await readLock(git, context.inputs.environment);
  const holder = reading.kind === 'read' && reading.state.state === 'held' ? reading.state.holder : null;
  return judgeReading(reading, { environment: context.inputs.environment, holderRun: holder === null ? '' : await runOf(context, holder), me });
}

/** Reported, not judged: a holder whose run has ended still holds. */
async function runOf({ http, inputs, run }: Context, holder: Holder): Promise<string> {
  if (holder.kind !== 'actions') return '';
  const status = await githubClient({ http, token: inputs['github-token'], apiUrl: run.apiUrl }).runStatus(holder.repo, holder.run_id, holder.run_attempt);
  if (status.kind === 'active') return 'That run is still active.';
  if (status.kind === 'completed') return `That run has ended (${status.conclusion}) without giving the lock back.`;
  return `Whether that run is still active could not be read: ${status.why}.`;
}
