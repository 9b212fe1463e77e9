import { join } from 'node:path';
import { parse } from 'smol-toml';
import type { FaultScript } from '../../../src/faults/index.ts';
import { createFlyWorld, type FlyWorld } from '../../../src/fly/index.ts';
import { machineConfig } from '../../../src/fly/machine-config.ts';
import { processDoubles } from './process-double.ts';
import type { Recording } from './recording.ts';
import { seedsOf } from './seeds.ts';

export const APP = 'shop-x';
export const TOKEN = 'token';
const IMAGE = `registry.fly.io/${APP}`;

interface Options {
  readonly directory: string;
  readonly speed: number;
  readonly faults: Pick<FaultScript, 'take'>;
}

/** The Fly that a recording began with: its app, the Machines under their recorded ids, one release, one secret. */
export async function worldOf(recording: Recording, { directory, speed, faults }: Options): Promise<FlyWorld> {
  const { stub } = recording;
  const doubles = processDoubles(stub, speed);
  const fly = createFlyWorld({
    directory: join(directory, 'fly'),
    token: TOKEN,
    speed,
    faults,
    // The stub called every image img_1.
    registry: { image: ({ reference }) => Promise.resolve(stub.image_missing === true && reference !== 'img_1' ? null : { digest: 'img_1', config: { Env: [], Entrypoint: [], Cmd: [], WorkingDir: '/', Labels: {} }, layers: [] }) },
    ...doubles,
  });
  const at = '2026-11-20T10:00:00Z';
  const secret = { value: 'the database', createdAt: '2026-11-01T00:00:00Z', updatedAt: '2026-11-01T00:00:00Z' };
  const app = {
    name: APP,
    hosts: [],
    vault: { version: 7, secrets: { DATABASE_URL: secret } },
    releases: [{ id: 'rel_0041', version: 41, image: `${IMAGE}:v1`, createdAt: at, status: 'complete' }],
    machines: seedsOf(recording).map(({ id, group, image, state }) => {
      const { metadata, ...config } = machineConfig(parse(recording.flyToml), group, `${IMAGE}:${image}`, { id: 'rel_0041', version: 41 });
      return { id, region: 'ams', createdAt: at, updatedAt: at, instanceId: `01${id.toUpperCase()}`, state, config: { ...config, metadata }, digest: 'img_1', events: [], metadata, cordoned: false, secrets: {}, healthy: state === 'started' };
    }),
  };
  await fly.restore([app], (value) => value);
  doubles.begin();
  return fly;
}
