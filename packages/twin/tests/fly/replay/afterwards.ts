import type { FlyWorld } from '../../../src/fly/index.ts';
import { writeMachine } from './machine-line.ts';
import { APP, TOKEN } from './world.ts';

interface Seen {
  readonly id: string;
  readonly state: string;
  readonly config: { readonly image: string; readonly metadata: Readonly<Record<string, string>> };
  readonly cordoned: boolean;
  readonly checks: readonly { readonly status: string }[];
}

/** Each Machine as the twin gives it, in a recording's words. */
export async function machinesOf(fly: FlyWorld, ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => {
    const { state, config, cordoned, checks } = (await (await ask(fly, `/v1/apps/${APP}/machines/${id}`)).json()) as Seen;
    const leased = (await ask(fly, `/v1/apps/${APP}/machines/${id}/lease`)).status === 200;
    const { metadata, image } = config;
    return writeMachine({
      id, state, image, cordoned, leased,
      group: metadata['fly_process_group'] ?? '',
      release: metadata['fly_release_version'] ?? '',
      tag: metadata['fly_bluegreen_deployment_tag'] ?? null,
      isCanary: metadata['fly_canary'] !== undefined,
      isHealthy: checks.every(({ status }) => status === 'passing'),
    });
  }));
}

export async function releaseOf(fly: FlyWorld): Promise<string | null> {
  const { releases } = (await (await ask(fly, `/api/v1/apps/${APP}/releases?limit=1`)).json()) as { releases: { status: string }[] };
  return releases[0]?.status ?? null;
}

function ask(fly: FlyWorld, path: string): Promise<Response> {
  return fly.provider.fetch(new Request(`https://api.machines.dev${path}`, { headers: { authorization: `Bearer ${TOKEN}` } }));
}
