import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { TwinRun } from '@vendure-deploy/twin';
import { openWorld, type World } from './world.ts';

/** One world and one run for all tests of a file; after each of them nothing was written, nothing recorded, and nobody else asked. */
export function readOnlyWorld(use: (world: World, run: TwinRun) => void): void {
  let world: World;
  let run: TwinRun;
  beforeAll(async () => {
    // fly-deploy installs it before it asks for the lock.
    world = await openWorld({ flyctlVersions: ['0.4.87'] });
    run = await world.openRun();
    use(world, run);
  });
  afterEach(() => {
    expect({ writes: run.writes(), records: run.records(), stray: run.strayCalls() }).toEqual({ writes: 0, records: 0, stray: [] });
  });
  afterAll(async () => {
    await run.close();
    await world[Symbol.asyncDispose]();
  });
}
