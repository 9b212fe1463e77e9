import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import {
  acquire, describeHold, describeHolder, forgetHold, holderOf, inspectLock, judgeHolder, lockRepository, releaseRun, rememberHead, rememberIntended, standingReader, steady, tellHold, type Acquired, type GitRefClient, type Holder, type Judgement, type LockState, type RunReleased,
} from '@vendure-deploy/shared/lock';
import type { inputs } from './inputs.ts';
import { lockClient, refuseInputs } from './request.ts';
import { judgeAcquired, judgeReading, judgeReleased, type About, type LockOutputs } from './verdict.ts';

type Context = ActionContext<typeof inputs>;
type Result = ActionResult<LockOutputs>;

export async function run(context: Context): Promise<Result> {
  const { inputs, http, run } = context;
  const git = lockClient({ http, run, token: inputs['github-token'], lockRepository: inputs['lock-repository'], environment: inputs.environment });
  refuseInputs(inputs);
  const me = holderOf(run, inputs['job-id'] === '' ? undefined : Number(inputs['job-id']));
  const about: About = { environment: inputs.environment, repository: run.repository, waitSeconds: inputs['wait-seconds'], me };
  switch (inputs.operation) {
    case 'release': return judgeReleased(await context.log.group(`Release the lock of ${inputs.environment}`, () => give(context, git, me)), about);
    case 'status': return look(context, git, about);
    default: return judgeAcquired(await context.log.group(`Acquire the lock of ${inputs.environment}`, () => take(context, git, me)), about);
  }
}

async function take(context: Context, git: GitRefClient, me: Holder): Promise<Acquired> {
  const { inputs, clock, signal, log, state, run } = context;
  const isForced = inputs.operation === 'force';
  const hold = inputs.hold === 'job' ? 'job' : 'run';
  // Before the first write: whatever happens to this process, post knows what may have landed.
  state.save('hold', hold);
  state.save('nonce', me.nonce);
  const place = placeOf(context);
  const acquired = await acquire({
    ...reader(context),
    git, environment: inputs.environment, holder: me, hold, phase: run.job, reason: inputs.reason || `deploy of ${inputs.environment}`, waitMs: isForced ? 0 : inputs['wait-seconds'] * 1000, clock: steady(clock), signal,
    from: isForced ? 'anybody' : inputs.steal ? 'silent' : 'dead',
    intend: (intended) => {
      state.save('intended', rememberIntended(intended));
      tellHold(run, { ...place, isHeld: false });
    },
    waiting: ({ holder, state: held, judgement }, leftMs) => log.info(`Held by ${describeHold(holder, held)}. ${judgement.why} Waiting, ${Math.ceil(leftMs / 1000)} s left.`),
  });
  if (acquired.kind === 'held') {
    state.save('acquired', rememberHead(acquired.head));
    tellHold(run, { ...place, isHeld: true });
  }
  if (acquired.kind === 'held' && acquired.previous !== null) log.warning(`deploy-lock: the lock of ${inputs.environment} was taken from ${describeHold(acquired.previous, { since: '', phase: '' })}.`);
  return acquired;
}

function give(context: Context, git: GitRefClient, me: Holder): Promise<RunReleased> {
  const { inputs, clock, signal, run, log } = context;
  forgetHold(run, placeOf(context));
  return releaseRun({
    ...reader(context), git, environment: inputs.environment, me, reason: inputs.reason || `released by ${me.kind === 'actions' ? me.url : describeHolder(me)}`, phase: run.job, clock: steady(clock), signal,
    unseen: (why) => log.warning(`deploy-lock: whether a runner of this run was lost, and is still at work, is not known: ${why}. The lock is given back all the same.`),
  });
}

async function look(context: Context, git: GitRefClient, about: About): Promise<Result> {
  const reading = await inspectLock(git, about.environment);
  const holder = reading.kind === 'read' && reading.state.state === 'held' ? reading.state.holder : null;
  return judgeReading(reading, holder === null || reading.kind !== 'read' ? null : await judgementOf(context, { holder, state: reading.state }), about);
}

/** A machine would have to be watched for two minutes: of it a single look says nothing. */
async function judgementOf(context: Context, { holder, state }: { holder: Holder; state: LockState }): Promise<Judgement> {
  return judgeHolder(holder.kind === 'local' ? { kind: 'silence', ms: 0, steal: false } : await reader(context).standingOf(holder, state.hold));
}

function reader({ http, inputs, run }: Context): ReturnType<typeof standingReader> {
  return standingReader({ http, token: inputs['github-token'], apiUrl: run.apiUrl });
}

function placeOf({ inputs, run }: Context): { environment: string; repository: string } {
  return { environment: inputs.environment, repository: lockRepository(inputs['lock-repository'], run.repository) };
}
