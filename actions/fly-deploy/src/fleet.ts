import type { Machine } from '@vendure-deploy/shared/providers/fly';
import type { Plan } from './plan.ts';

/** Whether a Machine is as it is wanted: its image, and the secrets that are to be shipped. */
export function isTarget(plan: Pick<Plan, 'digest' | 'tag' | 'afterRelease'>, machine: Machine): boolean {
  return runsImage(plan, machine) && !lacksSecrets(plan, machine);
}

/** Whether a Machine runs the image that is wanted: by digest where both are known, else by tag. */
export function runsImage(plan: Pick<Plan, 'digest' | 'tag'>, machine: Machine): boolean {
  if (plan.digest !== '' && machine.digest !== '') return machine.digest === plan.digest;
  return machine.tag === plan.tag;
}

/** A Machine gets the secrets of the moment in which it is updated: one of an older release has the values of before. What names no release proves nothing. */
export function lacksSecrets({ afterRelease }: Pick<Plan, 'afterRelease'>, { releaseVersion }: Machine): boolean {
  return afterRelease !== null && !(releaseOrder(releaseVersion) > afterRelease);
}

export function newestRelease(machines: readonly Machine[]): number {
  return Math.max(0, ...machines.map(({ releaseVersion }) => releaseOrder(releaseVersion)));
}

function releaseOrder(version: string): number {
  return /^\d+$/u.test(version) ? Number(version) : 0;
}

/** Started, with every check passing; a Machine that scales to zero rests as `stopped` or `suspended` until somebody asks. */
export function isSettled(machine: Machine): boolean {
  if (machine.standby || (machine.autostops && (machine.state === 'stopped' || machine.state === 'suspended'))) return true;
  return machine.state === 'started' && machine.checks.every((check) => check.status === 'passing') && (!machine.wantsChecks || machine.checks.length > 0);
}

/**
 * What a deploy left that nobody is sent to: a green Machine that was made and never uncordoned, a blue one that was cordoned and not removed.
 * A worker works whether it is cordoned or not, so one that is started is never a leftover.
 */
export function isLeftover(machine: Machine): boolean {
  return machine.cordoned && (machine.hasService || machine.state !== 'started');
}

export function working(machines: readonly Machine[]): Machine[] {
  return machines.filter((machine) => !isLeftover(machine));
}

/** Machines of each group, standbys and leftovers left out. */
export function countByGroup(machines: readonly Machine[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { group, standby } of working(machines)) if (!standby) counts[group] = (counts[group] ?? 0) + 1;
  return counts;
}

/** Groups that are not whole at the target: none of it there, or fewer than before. */
export function missingGroups(plan: Pick<Plan, 'digest' | 'tag' | 'afterRelease' | 'groups' | 'fleet'>, machines: readonly Machine[]): string[] {
  const there = countByGroup(machines.filter((machine) => isTarget(plan, machine)));
  return plan.groups.filter((group) => (there[group] ?? 0) < Math.max(1, plan.fleet[group] ?? 0));
}

/** One command for each Machine that is left over, a canary that flyctl forgot among them; nothing is removed unasked. */
export function leftoverCommands(app: string, machines: readonly Machine[]): string[] {
  return machines.filter((machine) => isLeftover(machine) || machine.canary).map(({ id }) => `flyctl machine destroy ${id} --app ${app} --force`);
}
