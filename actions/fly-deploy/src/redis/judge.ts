import { shortSha } from '@vendure-deploy/shared/release';
import { type Attempted, remarksOn } from '../attempts.ts';
import { isSettled, isTarget, missingGroups } from '../fleet.ts';
import type { Goal } from '../goal.ts';
import { ailment, type Attempt, convergence, type Converged, disagreement, type Judgement, unreadable } from '../judge.ts';
import type { Observed } from '../observe.ts';
import type { Plan } from '../plan.ts';
import type { RedisApp } from './app.ts';
import type { RedisDeploy } from './plan.ts';

export type RedisLook = Pick<Observed, 'fly' | 'machines'>;

type Names = Pick<RedisApp, 'app' | 'names'>;

/** Every Machine of a newer release, started, its checks pass, and none that has the passwords of before. */
export function redisGoal(app: string, deploy: RedisDeploy): Goal<RedisLook> {
  return goal(app, ({ machines }) => {
    const atTarget = machines.filter((machine) => isTarget(deploy, machine));
    if (atTarget.length === 0 && machines.length > 0) return 'before';
    const settled = machines.every(isSettled);
    if (settled && atTarget.length === machines.length && missingGroups(deploy, machines).length === 0) return 'target';
    return settled ? 'mixed' : 'moving';
  });
}

/** Every Machine is well, whatever brought it there. */
export function wellGoal(app: string): Goal<RedisLook> {
  return goal(app, ({ machines }) => (machines.length > 0 && machines.every(isSettled) ? 'target' : 'moving'));
}

function goal(app: string, where: (look: RedisLook) => Converged): Goal<RedisLook> {
  return { app, all: 'every Machine is', convergence: (look) => (look.fly === null ? where(look) : 'unreadable'), unreadable: ({ fly }) => fly?.message ?? '' };
}

/** @returns null: the Redis app accepts both passwords, whatever flyctl said; else why the shop is not touched, what is accepted now, and the ways on and back */
export function judgeRedis(redis: Names, deploy: RedisDeploy, attempted: Attempted<RedisLook>, runId: number): Judgement | null {
  const { attempt, observed } = attempted;
  const where = redisGoal(redis.app, deploy).convergence(observed);
  if (where === 'target') return null;
  const cancelled = attempt.kind === 'ended' && attempt.cancelled;
  const message = `The Redis app ${redis.app} was not brought to its passwords: ${saidOf(attempt)} ${acceptsNow(redis, deploy, observed, where)} ${[...remarksOn(attempted), waysOn(redis, runId)].join(' ')}`;
  if (cancelled) return { decision: 'unknown', reasonCode: 'cancelled', message };
  return { decision: where === 'unreadable' ? 'unknown' : 'failed', reasonCode: 'redis-not-synced', message };
}

function saidOf(attempt: Attempt): string {
  if (attempt.kind === 'none') return 'flyctl was not run.';
  const said = attempt.cancelled ? 'Cancelled while flyctl worked' : attempt.exitCode === 0 ? 'flyctl said that it succeeded' : `flyctl ended with ${attempt.exitCode === null ? 'a signal' : `exit code ${attempt.exitCode}`}`;
  const words = attempt.lastWords === '' || attempt.exitCode === 0 ? '' : ` Its last words: ${attempt.lastWords}.`;
  return `${said}.${words}`;
}

/** It accepts both already, and is not well enough for the shop to be given the password. */
export function judgeIll({ app, names }: Names, { fly, machines }: RedisLook, { runId, cancelled }: { runId: number; cancelled: boolean }): Judgement {
  const ill = machines.filter((machine) => !isSettled(machine)).map((machine) => `Machine ${machine.id} [${machine.group}] ${ailment(machine)}`);
  const why = fly === null ? ill.join('; ') || 'it has no Machine' : `it could not be read (${fly.message})`;
  const message = `The Redis app ${app} has both passwords, and is not well: ${why}. Look:  flyctl logs --app ${app} . ${waysOn({ names }, runId)}`;
  if (cancelled) return { decision: 'unknown', reasonCode: 'cancelled', message };
  return { decision: fly === null ? 'failed' : 'unknown', reasonCode: 'redis-not-synced', message };
}

/** The end of a run that had only the Redis app to change: whether the shop, which nobody touched, is as well as before. */
export function judgeAlone({ app, names: { password, previous } }: Names, shop: Plan, observed: Observed): Judgement {
  const where = convergence(shop, observed);
  const changed = `The Redis app ${app} accepts ${password} and ${previous} since this run; the shop was not touched`;
  if (where === 'target') return { decision: 'done', reasonCode: 'redis-synced', message: `${changed}, and serves ${shortSha(shop.sha)} as before: every Machine, every check, and the public URL, read twice.` };
  if (where === 'unreadable') return { decision: 'unknown', reasonCode: 'serves-unproven', message: `${changed}, and what it serves could not be read (${unreadable(observed)}). Look:  flyctl status --app ${shop.app}` };
  return { decision: 'partial', reasonCode: 'mixed', message: `${changed}, and is not well since: ${disagreement(shop, observed)}Look:  flyctl logs --app ${shop.app}` };
}

/** As far as releases tell: a Machine has the secrets of the moment in which it was updated. */
function acceptsNow({ app, names: { password, previous } }: Names, deploy: RedisDeploy, { fly, machines }: RedisLook, where: Converged): string {
  if (where === 'unreadable') return `What it accepts now could not be read (${fly?.message ?? ''}).`;
  if (where === 'before') return `Every Machine of it accepts what it accepted before; what is staged ships with the next deploy of ${app}.`;
  if (machines.length === 0) return 'It has no Machine any more, so nothing is accepted.';
  const each = machines.map((machine) => `Machine ${machine.id} [${machine.group}] has ${isTarget(deploy, machine) ? `the wanted ${password} and ${previous}` : 'the passwords of before'}${isSettled(machine) ? '' : `, ${ailment(machine)}`}`);
  return `${each.join('; ')}.`;
}

/** Said after every failure at the Redis app: the shop, the way on, the way back. */
export function waysOn({ names: { password } }: Pick<Names, 'names'>, runId: number): string {
  return `The shop was not touched: its Machines use the ${password} of before. Run this again:  gh run rerun ${runId} --failed . The way back is the same command with the old value as ${password}.`;
}
