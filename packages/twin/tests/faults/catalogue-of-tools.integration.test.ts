import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FAULTS } from '../../src/faults/index.ts';
import { eventually, NEW, OLD, stage, type Stage, toml } from '../fly/stage.ts';

let fly: Stage;
let directory: string;
let command: readonly string[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tools-'));
  const config = join(directory, 'fly.toml');
  await writeFile(config, toml('bluegreen'));
  command = ['deploy', '--app', 'shop', '--config', config, '--image', `registry.fly.io/shop:${NEW.slice(0, 7)}`, '--yes'];
  fly = await stage();
});
afterAll(async () => {
  await fly.stop();
  await rm(directory, { recursive: true });
});

/** What each example does to the tool and to the ground truth. The one that changes something stands last: the world is the same. */
const PROOFS: Readonly<Record<string, () => Promise<void>>> = {
  'tool flyctl 1 exit 0 without-effect': async () => {
    expect(await fly.flyctl(...command)).toEqual({ code: 0, signal: null, said: '' });
    expect(fly.fly.truth('shop').vendure).toBe(OLD);
  },
  'tool flyctl 1 hang': async () => {
    const { child, ended } = fly.startFlyctl(...command);
    await eventually(() => Promise.resolve(fly.fired().every((times) => times > 0)));
    await sleep(500);
    expect({ exitCode: child.exitCode, vendure: fly.fly.truth('shop').vendure }).toEqual({ exitCode: null, vendure: OLD });
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ signal: 'SIGINT', said: '' });
  },
  'tool flyctl 1 killed-after 5s': async () => {
    expect(await fly.flyctl(...command)).toMatchObject({ signal: 'SIGKILL', said: expect.not.stringContaining('Deployment Complete') });
    expect(fly.fly.truth('shop').vendure).toBe(OLD);
  },
  'tool flyctl 1 exit 1 with-effect': async () => {
    expect(await fly.flyctl(...command)).toMatchObject({ code: 1, said: expect.stringContaining('Deployment Complete') });
    expect(fly.fly.truth('shop').vendure).toBe(NEW);
  },
};

test('every example of a tool has a proof', () => {
  expect(Object.keys(PROOFS).sort()).toEqual(FAULTS.filter(({ subject }) => subject === 'tool').map(({ example }) => example).sort());
});

test.each(Object.entries(PROOFS))('%s acts', async (example, proof) => {
  fly.setFaults(example);
  await proof();
  expect(fly.fired()).toEqual([1]);
});
