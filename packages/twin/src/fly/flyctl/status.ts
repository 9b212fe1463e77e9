import type { FlyctlClient } from './client.ts';
import { type CompactApp, compactApp } from './compact-app.ts';
import { groupOf, machinesOf, type RemoteMachine } from './machines.ts';
import { table, verticalTable } from './table.ts';

/** `status` (recorded), without the question whether there is a newer image: of one's own image there never is. */
export async function showStatus(client: FlyctlClient, { app: name, json }: { app: string; json: boolean }): Promise<void> {
  const app = await compactApp(client, name);
  const machines = (await machinesOf(client, name).list()).filter(({ state }) => !['destroyed', 'destroying'].includes(state)).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  process.stdout.write(json ? `${JSON.stringify(await documentOf(client, app, machines), null, 4)}\n` : screenOf(app, machines));
}

async function documentOf(client: FlyctlClient, app: CompactApp, machines: readonly RemoteMachine[]): Promise<Record<string, unknown>> {
  const query = 'query ($appName: String!) { app(name:$appName) { currentRelease:currentReleaseUnprocessed { version } } }';
  const { app: released } = await client.graphql<{ app: { currentRelease: { version: number } | null } }>(query, { appName: app.name });
  return {
    AppURL: `https://${app.hostname}`, Deployed: app.deployed, Hostname: app.hostname, ID: app.id, Machines: machines, Name: app.name,
    Organization: { ID: app.organization.slug, Slug: app.organization.slug }, PlatformVersion: 'machines', Status: app.status, Version: released.currentRelease?.version ?? 0,
  };
}

function screenOf(app: CompactApp, machines: readonly RemoteMachine[]): string {
  const heading = verticalTable('App', { Name: app.name, Owner: app.organization.slug, Hostname: app.hostname, Image: imageOf(machines), Network: 'default' });
  const rows = machines.map((machine) => [groupOf(machine), machine.id, machine.config.metadata['fly_release_version'] ?? '', machine.region, machine.state, '', checksOf(machine), machine.updated_at ?? '']);
  return heading + (rows.length === 0 ? '' : table([['PROCESS', 'ID', 'VERSION', 'REGION', 'STATE', 'ROLE', 'CHECKS', 'LAST UPDATED'], ...rows], 'Machines'));
}

/** Of the newest release that a Machine has. */
function imageOf(machines: readonly RemoteMachine[]): string {
  const [newest] = machines.toSorted((one, other) => versionOf(other) - versionOf(one));
  return newest?.image_ref === undefined ? '-' : `${newest.image_ref.repository}:${newest.image_ref.tag}`;
}

function versionOf({ config }: RemoteMachine): number {
  return Number(config.metadata['fly_release_version'] ?? 0);
}

function checksOf({ checks = [] }: RemoteMachine): string {
  const counted = ['passing', 'warning', 'critical'].map((status) => [checks.filter((check) => check.status === status).length, status] as const);
  return checks.length === 0 ? '' : [`${checks.length} total`, ...counted.filter(([count]) => count > 0).map(([count, status]) => `${count} ${status}`)].join(', ');
}
