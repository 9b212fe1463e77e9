import type { FlyctlClient } from '../client.ts';
import { groupOf, machinesOf, type RemoteMachine } from '../machines.ts';
import { table } from '../table.ts';

interface Listed {
  readonly app: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A Machine as the table shows it, beside what a deploy looks at. */
interface Shown extends RemoteMachine {
  readonly name: string;
  readonly private_ip: string;
  readonly created_at: string;
}

const HEADINGS = ['ID', 'NAME', 'STATE', 'CHECKS', 'REGION', 'ROLE', 'IMAGE', 'IP ADDRESS', 'VOLUME', 'CREATED', 'LAST UPDATED', 'PROCESS GROUP', 'SIZE'];

/** `machine list` (recorded; of the JSON the Machine's own fields are as the API gives them). */
export async function listMachines(client: FlyctlClient, { app, json, quiet }: Listed): Promise<void> {
  const machines = (await machinesOf(client, app).list('machines could not be retrieved')) as Shown[];
  if (json) return void process.stdout.write(`${JSON.stringify(machines, null, 4)}\n`);
  if (quiet) return void process.stdout.write(table(machines.map(({ id }) => [id])));
  if (machines.length === 0) return void process.stdout.write(`No machines are available on this app ${app}\n`);
  // Before the address stands a space without width.
  process.stdout.write(`${machines.length} machines have been retrieved from app ${app}.\nView them in the UI here (\u200Bhttps://fly.io/apps/${app}/machines/)\n\n`);
  process.stdout.write(table([HEADINGS, ...machines.map(rowOf)], app));
}

function rowOf(machine: Shown): string[] {
  const { id, name, state, region, image_ref: image, private_ip: address, created_at: created, updated_at: updated = '', checks = [] } = machine;
  const passing = checks.filter(({ status }) => status === 'passing').length;
  return [id, name, state, checks.length === 0 ? '' : `${passing}/${checks.length}`, region, '', `${image?.repository ?? ''}:${image?.tag ?? ''}`, address, '', created, updated, groupOf(machine), sizeOf(machine)];
}

function sizeOf({ config: { guest } }: RemoteMachine): string {
  const { cpu_kind: kind = 'shared', cpus = 1, memory_mb: memory = 256 } = (guest ?? {}) as { cpu_kind?: string; cpus?: number; memory_mb?: number };
  return `${kind}-cpu-${cpus}x:${memory}MB`;
}
