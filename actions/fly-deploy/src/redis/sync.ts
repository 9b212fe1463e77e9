import { join } from 'node:path';
import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { type Attempted, attempts } from '../attempts.ts';
import { deployArguments, deployWithFlyctl } from '../flyctl.ts';
import { type Installed, openFlyctl, type Flyctl } from '../flyctl-tool.ts';
import { gate, pace } from '../gate.ts';
import type { inputs as declared } from '../io.ts';
import type { Judgement } from '../judge.ts';
import { lastingSignal, listMachines } from '../observe.ts';
import { type Staged, stageSecrets } from '../secrets/stage.ts';
import { type Secrets, textToStage } from '../secrets/sync.ts';
import { stopwatch } from '../stopwatch.ts';
import type { Transience } from '../transience.ts';
import type { RedisApp } from './app.ts';
import { judgeIll, judgeRedis, redisGoal, type RedisLook, waysOn, wellGoal } from './judge.ts';
import { planRedis, type RedisDeploy, type RedisPlan } from './plan.ts';
import type { RedisState } from './state.ts';

/** What has to be done at the Redis app before the shop is touched. */
export interface RedisWork {
  readonly redis: RedisApp;
  readonly state: RedisState;
  readonly plan: Extract<RedisPlan, { kind: 'deploy' | 'wait' }>;
  /** What `flyctl secrets import` is to read; null: all of it is at Fly already. */
  readonly text: Secret | null;
}

/** @returns null: nothing. @throws {UserError} where it cannot be done safely; nothing was written */
export function redisWork(state: RedisState, shop: Secrets): RedisWork | null {
  const { redis } = state;
  const plan = planRedis(redis, state, shop);
  if (plan.kind === 'nothing') return null;
  if (plan.kind === 'refuse') throw new UserError(`fly-deploy: ${plan.why} Nothing was written.`, { reasonCode: 'redis-not-synced' });
  return { redis, state, plan, text: textToStage(state.secrets) };
}

export interface RedisSync extends RedisWork {
  readonly context: ActionContext<typeof declared>;
  readonly installed: Installed;
  /** Renews the lock; why it is not ours, or null. */
  readonly fence: () => Promise<string | null>;
}

/** What was done at the Redis app in this run. */
export interface Synced extends Pick<Staged, 'staged' | 'renewed'> {
  /** Its Machines were replaced and accept both passwords. */
  readonly deployed: boolean;
  /** Why flyctl had to run twice for that; null: it did not, or there was no use in it. */
  readonly again: Transience | null;
  /** Why the shop must not be touched; null: it may be. */
  readonly problem: Judgement | null;
}

/** Brings the Redis app to both passwords, before the shop gets the new one. Until all of it is proven, nothing of the shop's has changed. */
export async function syncRedis(sync: RedisSync): Promise<Synced> {
  const { context, redis, plan, installed } = sync;
  if (plan.kind === 'wait') return { ...NOTHING, problem: await waitUntilWell(sync) };
  if (plan.deploy.inUse === 'unknown') context.log.warning(`Whether the shop's Machines use one of the two passwords that ${redis.app} is to accept cannot be told from the digests that Fly lists.`);
  const flyctl = openFlyctl(context, { installed, token: redis.token });
  try {
    return await stageAndDeploy(sync, { deploy: plan.deploy, flyctl });
  } finally {
    await flyctl.close();
  }
}

const NONE_STAGED: Staged = { staged: [], renewed: [], problem: null };

const NOTHING: Synced = { staged: [], renewed: [], deployed: false, again: null, problem: null };

async function stageAndDeploy(sync: RedisSync, { deploy, flyctl }: { deploy: RedisDeploy; flyctl: Flyctl }): Promise<Synced> {
  const { context, redis: { app, fly, names }, state: { secrets }, text, fence } = sync;
  const { run, log } = context;
  const { staged, renewed, problem } = text === null ? NONE_STAGED : await log.group('Stage the secrets of the Redis app', () => stageSecrets({ context, app, fly, flyctl, secrets, text }));
  const stopped = (judgement: Judgement): Synced => ({ staged, renewed, deployed: false, again: null, problem: judgement });
  if (problem !== null) return stopped({ ...problem, message: `The Redis app ${app}: ${problem.message} ${waysOn({ names }, run.runId)}` });
  const lost = staged.length === 0 ? null : await fence();
  if (lost !== null) return stopped({ decision: 'failed', reasonCode: 'fence-lost', message: `${lost} Every Machine of the Redis app ${app} accepts what it accepted before; staged there, and shipped by whoever deploys it next: ${staged.join(', ')}. ${waysOn({ names }, run.runId)}` });
  const attempted = await deployAgain(sync, { deploy, flyctl });
  const judgement = judgeRedis({ app, names }, deploy, attempted, run.runId);
  if (judgement !== null) return stopped(judgement);
  log.info(`The Redis app ${app} accepts ${names.password} and ${names.previous}: every Machine, every check, read twice.`);
  return { staged, renewed, deployed: true, again: attempted.again, problem: null };
}

/** The image that runs already, and no other: what changes is the secrets. */
function deployAgain({ context, redis: { app, fly, flyConfig }, state, fence }: RedisSync, { deploy, flyctl }: { deploy: RedisDeploy; flyctl: Flyctl }): Promise<Attempted<RedisLook>> {
  const { clock, signal, workspace } = context;
  // Its seconds are all of the phase `redis`.
  const watch = stopwatch(clock);
  const argumentsWithin = (seconds: number): string[] => deployArguments({ app, config: join(workspace, flyConfig), image: deploy.image, strategy: '', maxUnavailable: '', releaseCommand: false, updateOnly: true, seconds });
  return attempts({
    context,
    goal: redisGoal(app, deploy),
    before: { fly: null, machines: state.machines },
    fly,
    watch,
    read: () => listMachines(fly, lastingSignal(signal)),
    fence,
    prepare: () => Promise.resolve(),
    deploy: (deadlineMs) => deployWithFlyctl({ context, flyctl, args: argumentsWithin(deadlineMs / 1000), fly, watch, deadlineMs }),
  });
}

async function waitUntilWell({ context, redis }: RedisSync): Promise<Judgement | null> {
  const { inputs, signal, log, run } = context;
  const goal = wellGoal(redis.app);
  const look = await log.group('Wait until the Redis app is well', () =>
    gate({ ...context, ...pace(inputs), read: () => listMachines(redis.fly, lastingSignal(signal)), goal }));
  return goal.convergence(look) === 'target' ? null : judgeIll(redis, look, { runId: run.runId, cancelled: signal.aborted });
}
