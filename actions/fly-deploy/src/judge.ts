import type { Decision, ReasonCode } from '@vendure-deploy/shared/action';
import type { Machine } from '@vendure-deploy/shared/providers/fly';
import { shortSha } from '@vendure-deploy/shared/release';
import { isSettled, isTarget, lacksSecrets, leftoverCommands, missingGroups, runsImage, working } from './fleet.ts';
import type { Observed } from './observe.ts';
import type { Plan } from './plan.ts';
import type { Release } from './release.ts';
import type { Transience } from './transience.ts';

/** What flyctl did and said; what it changed is read elsewhere. */
export type Attempt =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'ended';
      readonly exitCode: number | null;
      readonly cancelled: boolean;
      readonly timedOut: boolean;
      readonly releaseCommandFailed: boolean;
      readonly transience: Transience | null;
      readonly lastWords: string;
      /** The release that flyctl says it made; null: it said none. */
      readonly release: Release | null;
    };

export interface Judgement {
  readonly decision: Decision;
  readonly reasonCode: ReasonCode;
  readonly message: string;
}

/** `moving`: in between, and something may still change by itself; `mixed`: in between, and everything rests. */
export type Converged = 'target' | 'before' | 'moving' | 'mixed' | 'unreadable';

/** Where what was read back stands: wholly at the target, wholly not, in between, or not to be told. */
export function convergence(plan: Plan, observed: Observed): Converged {
  if (observed.fly !== null || observed.public.kind !== 'serves') return 'unreadable';
  const machines = working(observed.machines);
  const atTarget = machines.filter((machine) => isTarget(plan, machine));
  const publicIsTarget = observed.public.sha === plan.sha;
  const settled = machines.every(isSettled) && observed.health.kind === 'ok';
  // The same commit again, for its secrets: what the public gets cannot tell before from after.
  const onlySecretsLack = plan.afterRelease !== null && machines.every((machine) => runsImage(plan, machine));
  if (atTarget.length === 0 && (!publicIsTarget || onlySecretsLack)) return 'before';
  if (publicIsTarget && settled && atTarget.length === machines.length && missingGroups(plan, machines).length === 0) return 'target';
  return settled ? 'mixed' : 'moving';
}

/** The only place where a verdict is made; flyctl's exit code only words it. */
export function judge(plan: Plan, attempt: Attempt, observed: Observed, previous: string): Judgement {
  const where = convergence(plan, observed);
  const machines = working(observed.machines);
  const serving = observed.public.kind === 'serves' ? shortSha(observed.public.sha) : 'unknown';
  if (attempt.kind === 'none') {
    if (where === 'target') return { decision: 'skipped', reasonCode: 'already-serves', message: `Vendure serves ${serving} already, in every process group. Nothing was written.` };
    return { decision: 'unknown', reasonCode: 'serves-unproven', message: `Vendure serves ${serving}.` };
  }
  const said = attempt.exitCode === 0 ? 'flyctl said that it succeeded' : `flyctl ended with ${attempt.exitCode === null ? 'a signal' : `exit code ${attempt.exitCode}`}`;
  const words = attempt.lastWords === '' ? '' : ` Its last words: ${attempt.lastWords}`;
  const left = leftoverCommands(plan.app, observed.machines).map((command) => ` Left over:  ${command}`).join('');
  if (where === 'target') {
    if (attempt.exitCode === 0) return { decision: 'done', reasonCode: 'target-serves', message: `Vendure serves ${serving}: every Machine, every check, and the public URL, read twice.${left}` };
    return { decision: 'done', reasonCode: 'flyctl-failed-but-serves', message: `Vendure serves ${serving}, read twice, although ${said}.${words}${left}` };
  }
  if (attempt.cancelled) return { decision: 'unknown', reasonCode: 'cancelled', message: `Cancelled while flyctl worked. ${nowServes(observed)}${left} ${next(plan, 'rerun')}` };
  if (where === 'unreadable') return { decision: 'unknown', reasonCode: 'serves-unproven', message: `What Vendure serves could not be read (${unreadable(observed)}), and ${said}.${words} ${next(plan, 'look')}` };
  if (where === 'mixed' || where === 'moving') return { decision: 'partial', reasonCode: 'mixed', message: `${nowServes(observed)} ${disagreement(plan, observed)}${said}.${words}${left} ${next(plan, 'rerun')}` };
  if (attempt.releaseCommandFailed) {
    return { decision: 'failed', reasonCode: 'release-command-failed', message: `The release command failed. Vendure still serves ${serving}; the schema may have changed.${words}${left} Mend the migration, then: ${next(plan, 'rerun')}` };
  }
  const old = `${previous === '' ? serving : shortSha(previous)} (old)${machines.some((machine) => lacksSecrets(plan, machine)) ? ' with the secrets of before' : ''}`;
  if (attempt.exitCode === 0) return { decision: 'failed', reasonCode: 'flyctl-lied', message: `${said}, but Vendure still serves ${old}, read from the Machines and the public URL.${left} ${next(plan, 'rerun')}` };
  return { decision: 'failed', reasonCode: 'not-switched', message: `${said}, and Vendure still serves ${old}.${words}${left} ${next(plan, 'rerun')}` };
}

/** What keeps a Machine from being settled. */
export function ailment({ state, checks }: Machine): string {
  const failing = checks.filter((check) => check.status !== 'passing').map((check) => check.name);
  return `is ${state}${failing.length === 0 ? '' : `, and ${failing.join(', ')} does not pass`}`;
}

/** Which Machines are not as they should be, one by one. */
export function disagreement(plan: Plan, observed: Observed): string {
  const machines = working(observed.machines);
  const wrong = machines.filter((machine) => !isTarget(plan, machine)).map((machine) => `Machine ${machine.id} [${machine.group}] ${runsImage(plan, machine) ? 'has the secrets of before' : 'runs another image'}`);
  const unwell = machines.filter((machine) => isTarget(plan, machine) && !isSettled(machine)).map((machine) => `Machine ${machine.id} [${machine.group}] ${ailment(machine)}`);
  const missing = missingGroups(plan, machines).map((group) => `${group} had ${plan.fleet[group] ?? 0} Machines`);
  const ill = observed.health.kind === 'ok' ? [] : [`/health: ${observed.health.why}`];
  const all = [...wrong, ...unwell, ...missing, ...ill];
  return all.length === 0 ? '' : `${all.join('; ')}. `;
}

function nowServes(observed: Observed): string {
  const groups = Object.entries(observed.groups).map(([group, commits]) => `${group} runs ${commits.map((commit) => commit.slice(0, 7)).join(' and ')}`);
  const serving = observed.public.kind === 'serves' ? `the public gets ${shortSha(observed.public.sha)}` : 'the public URL could not be read';
  return `${[serving, ...groups].join('; ')}.`.replace(/^t/u, 'T');
}

/** What could not be read, and why. */
export function unreadable(observed: Observed): string {
  return [observed.fly?.message ?? null, observed.public.kind === 'serves' ? null : observed.public.why].filter((why) => why !== null).join('; ');
}

function next(plan: Plan, what: 'rerun' | 'look'): string {
  return what === 'look' ? `Read it again before anything else:  flyctl status --app ${plan.app}` : `Deploy ${shortSha(plan.sha)} again:  gh run rerun ${plan.runId} --failed`;
}
