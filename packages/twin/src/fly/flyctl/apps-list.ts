import type { FlyctlClient } from './client.ts';
import { table } from './table.ts';

interface Listed {
  readonly name: string;
  readonly status: string;
  readonly organization: { readonly slug: string };
}

/** `apps list`: no recording has it. The least of it, by its source: names, owners and states; when each was deployed last is left out. */
export async function listApps(client: FlyctlClient, { json, quiet }: { json: boolean; quiet: boolean }): Promise<void> {
  const { apps } = await client.graphql<{ apps: { nodes: Listed[] } }>('query { apps(type: "container", first: 400) { nodes { id name status deployed hostname organization { slug name } } } }', {});
  if (json) return void process.stdout.write(`${JSON.stringify(apps.nodes.map(({ name, status, organization }) => ({ ID: name, Name: name, Status: status, Organization: { Slug: organization.slug } })), null, 4)}\n`);
  const rows = apps.nodes.map(({ name, status, organization }) => [name, organization.slug, status, '']);
  process.stdout.write(quiet ? table(rows.map((row) => row.slice(0, 1))) : table([['NAME', 'OWNER', 'STATUS', 'LATEST DEPLOY'], ...rows]));
}
