import type { FlyctlClient } from '../client.ts';
import { during } from '../error.ts';
import { table } from '../table.ts';
import { minimumVersion } from './minimum-version.ts';

type Status = 'Deployed' | 'Staged' | 'Partial' | 'Unknown';

interface Listed {
  readonly name: string;
  readonly digest: string;
  readonly status: Status;
}

interface Seen {
  readonly state: string;
  readonly config: { readonly metadata: Readonly<Record<string, string>> };
}

/** `secrets list`: which secret has reached the Machines is reckoned from times, the secret's and each Machine's release's. */
export async function listSecrets(client: FlyctlClient, app: string, json: boolean): Promise<void> {
  const minimum = await minimumVersion(app);
  const answer = client.machines<{ secrets: { name: string; digest: string; updated_at: string }[] }>('GET', `/v1/apps/${app}/secrets${minimum === null ? '' : `?version=${minimum}`}`);
  const { secrets } = await answer.catch((error: unknown) => {
    throw during('failed to list app secrets', error);
  });
  const machines = await client.machines<Seen[]>('GET', `/v1/apps/${app}/machines`).catch(() => []);
  const releases = await releaseTimes(client, app, machines);
  const listed = secrets.map(({ name, digest, updated_at }): Listed => ({ name, digest, status: statusOf(Date.parse(updated_at), releases) }));
  process.stdout.write(json ? `${JSON.stringify(listed, null, 4)}\n` : screenOf(listed));
}

/** When the release of each Machine was made; null for one that is not among the newest. */
async function releaseTimes(client: FlyctlClient, app: string, machines: readonly Seen[]): Promise<(number | null)[]> {
  const versions = machines.filter(({ state }) => state !== 'destroyed' && state !== 'destroying').map(({ config }) => config.metadata['fly_release_version'] ?? '');
  if (versions.every((version) => version === '')) return versions.map(() => null);
  const answer = await client.api('GET', `/api/v1/apps/${app}/releases?limit=20`);
  const { releases } = (answer.status === 200 ? JSON.parse(answer.text) : { releases: [] }) as { releases: { version: number; created_at: string }[] };
  return versions.map((version) => {
    const release = releases.find((one) => String(one.version) === version);
    return release === undefined ? null : Date.parse(release.created_at);
  });
}

function statusOf(updatedAt: number, releases: readonly (number | null)[]): Status {
  if (releases.length > 0 && Number.isNaN(updatedAt)) return 'Unknown';
  const having = releases.filter((at) => at !== null && updatedAt <= at).length;
  if (having === 0) return 'Staged';
  return having === releases.length ? 'Deployed' : 'Partial';
}

const MARK: Partial<Record<Status, string>> = { Staged: '* ', Partial: '! ' };

function screenOf(listed: readonly Listed[]): string {
  return `${table([['NAME', 'DIGEST', 'STATUS'], ...listed.map(({ name, digest, status }) => [`${MARK[status] ?? ''}${name}`, digest, status])])}${summary(listed)}`;
}

function summary(listed: readonly Listed[]): string {
  const count = (status: Status): number => listed.filter((one) => one.status === status).length;
  const [staged, partial] = [count('Staged'), count('Partial')];
  const some = (number: number): string => `${number} secret${number === 1 ? '' : 's'}`;
  const be = (number: number): string => (number === 1 ? 'is' : 'are');
  if (staged > 0 && partial > 0) return `Some secrets need to be deployed:\n  * ${some(staged)} staged (not yet deployed)\n  ! ${some(partial)} partially deployed (deployed to some machines)\n\nDeploy with \`fly secrets deploy\` to sync all machines.\n`;
  if (staged > 0) return `There ${be(staged)} ${some(staged)} not deployed. Deploy with \`fly secrets deploy\` to make them available.\n`;
  if (partial > 0) return `There ${be(partial)} ${some(partial)} partially deployed. This can happen during rolling deployments or if some machines failed to update. Deploy with \`fly secrets deploy\` to ensure all machines have the latest configuration.\n`;
  return '';
}
