import { processGroups, processServices } from '../../machine-config.ts';
import { textOf } from '../error.ts';
import { groupOf, type RemoteMachine } from '../machines.ts';
import { type Deployment, hold, statusLine } from './deployment.ts';
import { destroyByForce, spawn } from './spawn.ts';

export interface GroupChanges {
  readonly added: readonly string[];
  readonly removed: readonly RemoteMachine[];
}

/** Process groups that fly.toml has and no Machine runs, and Machines of groups that it has no more. */
export function groupChanges(toml: unknown, machines: readonly RemoteMachine[]): GroupChanges {
  const wanted = processGroups(toml);
  return {
    added: wanted.filter((group) => machines.every((machine) => groupOf(machine) !== group)),
    removed: machines.filter((machine) => !wanted.includes(groupOf(machine))),
  };
}

export function tellChanges({ toml, command, firstDeploy }: Deployment, { added, removed }: GroupChanges): void {
  if (added.length === 0 && removed.length === 0) return;
  const destroyed = [...new Set(removed.map(groupOf))].map((group) => {
    const count = removed.filter((machine) => groupOf(machine) === group).length;
    return ` * destroy ${count} "${group}" machine${count === 1 ? '' : 's'}\n`;
  });
  const created = added.map((group) => ` * create ${plan(toml, group, command.ha)}\n`);
  process.stdout.write(`${firstDeploy ? 'This deployment will:' : 'Process groups have changed. This will:'}\n${[...destroyed, ...created].join('')}\n`);
}

function plan(toml: unknown, group: string, highAvailability: boolean): string {
  if (!highAvailability) return `1 "${group}" machine`;
  return processServices(toml, group).length > 0 ? `2 "${group}" machines` : `1 "${group}" machine and 1 standby machine for it`;
}

export async function removeMachines(deployment: Deployment, removed: readonly RemoteMachine[]): Promise<void> {
  for (const machine of removed) await destroyByForce(deployment, hold(machine));
}

/** A group that serves gets two Machines, any other one and a standby for it; `--ha=false` leaves the second away. */
export async function createGroups(deployment: Deployment, added: readonly string[]): Promise<void> {
  const { toml, command, signal } = deployment;
  const groups = added.toSorted();
  for (const [index, group] of groups.entries()) {
    const line = statusLine(index + 1, groups.length);
    const failed = (error: unknown): never => {
      line.failure(`Failed: ${textOf(error).split('\n')[0] ?? ''}`);
      throw error;
    };
    line.running('Launching new machine');
    process.stdout.write(`No machines in group ${group}, launching a new machine\n`);
    const first = await spawn(deployment, group, { line, signal }).catch(failed);
    if (!command.ha) continue;
    if (processServices(toml, group).length > 0) {
      process.stdout.write('Creating a second machine for high availability and zero downtime deployments.\nTo disable this, set "min_machines_running = 0" in your fly.toml.\n');
      await spawn(deployment, group, { line, signal }).catch(failed);
    } else {
      process.stdout.write(`Creating a standby machine for ${first.machine.id}\n`);
      await spawn(deployment, group, { line, signal, standbyFor: [first.machine.id] }).catch(failed);
    }
  }
  if (groups.length > 0) process.stderr.write('Finished launching new machines\n');
}
