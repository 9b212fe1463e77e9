import type { HealthReading } from '@vendure-deploy/shared/probe';
import type { Machine, ProviderError } from '@vendure-deploy/shared/providers/fly';
import { shortSha } from '@vendure-deploy/shared/release';
import type { Finding } from '../check.ts';
import type { Serving } from '../serving.ts';

export interface Production {
  readonly environment: string;
  /** The groups that the configuration names. */
  readonly groups: readonly string[];
  readonly machines: { readonly kind: 'read'; readonly machines: readonly Machine[] } | { readonly kind: 'unread'; readonly error: ProviderError };
  readonly serving: Serving;
  readonly health: HealthReading;
}

/**
 * Whether what serves now is well. A deploy over something that is broken hides what broke it, and leaves nothing good to go back to; but it is also how one mends
 * it, so the operator may say so.
 */
export function judgeProduction(production: Production, allowed: boolean): Finding {
  const { machines, serving } = production;
  const data = { serving: serving.sha, machines: machines.kind === 'read' ? countByGroup(machines.machines) : null };
  if (machines.kind === 'read' && machines.machines.length === 0) return { ...withoutMachines(production), data };
  const faults = [...faultsOfPublic(production), ...faultsOfMachines(production)];
  const doubts = doubtsOf(production);
  if (faults.length > 0) {
    const evidence = [...faults, ...doubts].join('; ');
    if (allowed) return { status: 'warning', evidence: `${evidence}; allow-unhealthy is set`, next: '', data };
    return { status: 'failed', evidence, next: 'Look at what serves first (`fly status`, `fly logs`). If this commit is the cure, run with allow_unhealthy=true.', data };
  }
  const well = `${serving.sha === null ? '' : `${shortSha(serving.sha)} serves, `}ready by its own word${machines.kind === 'read' ? `, on ${Object.entries(countByGroup(machines.machines)).map(([group, count]) => `${count} ${group}`).join(' and ')}` : ''}`;
  return { status: doubts.length > 0 ? 'warning' : 'ok', evidence: [well, ...doubts].join('; '), next: '', data };
}

/** A first deploy. What answers all the same is elsewhere: a shop that moves to Fly, or a name in the configuration that is wrong. */
function withoutMachines({ environment, serving }: Production): Finding {
  if (serving.sha === null) return { status: 'ok', evidence: `nothing serves ${environment} yet: there is no Machine`, next: '' };
  return { status: 'warning', evidence: `the app has no Machine, and \`public-url\` serves ${shortSha(serving.sha)} all the same, from somewhere else`, next: 'Check `app` and `public-url` in the configuration.' };
}

function faultsOfPublic({ serving, health }: Production): string[] {
  return [...(serving.sha === null ? [`what serves could not be read: ${serving.why}`] : []), ...(health.kind === 'ok' ? [] : [`it is not ready: ${health.why}`])];
}

/** Every group has a Machine that works; one that Fly stops when nobody asks may rest. */
function faultsOfMachines({ machines, groups }: Production): string[] {
  if (machines.kind === 'unread') return [];
  const idle = groups.filter((group) => !machines.machines.some((machine) => machine.group === group && works(machine)));
  const failing = machines.machines.filter((machine) => machine.state === 'started' && !machine.cordoned && machine.checks.some(({ status }) => status === 'critical'));
  return [
    ...(idle.length === 0 ? [] : [`no Machine works for the process group${idle.length === 1 ? '' : 's'} ${idle.join(', ')}`]),
    ...failing.map(({ id, group, checks }) => `Machine ${id} [${group}] fails its check ${checks.filter(({ status }) => status === 'critical').map(({ name }) => name).join(', ')}`),
  ];
}

function works({ state, checks, autostops }: Machine): boolean {
  if (autostops && (state === 'stopped' || state === 'suspended')) return true;
  return state === 'started' && checks.every(({ status }) => status !== 'critical');
}

/** What a deploy puts right, and a person should know of. */
function doubtsOf({ machines }: Production): string[] {
  if (machines.kind === 'unread') return [`its Machines could not be read: ${machines.error.message}`];
  const revisions = [...new Set(machines.machines.filter(({ state, cordoned, standby, revision }) => state === 'started' && !cordoned && !standby && revision !== '').map(({ revision }) => revision))];
  return revisions.length > 1 ? [`its Machines run ${revisions.length} commits: ${revisions.map(shortSha).join(', ')}`] : [];
}

function countByGroup(machines: readonly Machine[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { group, standby } of machines) if (!standby) counts[group] = (counts[group] ?? 0) + 1;
  return counts;
}
