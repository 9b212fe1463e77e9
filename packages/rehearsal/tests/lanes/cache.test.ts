import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { LONG, rehearsed, worldFolder } from '../stage.ts';
import { VENDURE_ONLY } from './faults.ts';

let world: string;
beforeAll(async () => {
  world = await worldFolder();
});
afterAll(() => rm(world, { recursive: true, force: true }));

test(
  "flyctl is saved in GitHub's cache, and the next run in that world has it from there",
  async () => {
    const first = await rehearsed('deploy-production', '--world', world, ...VENDURE_ONLY);
    const second = await rehearsed('deploy-production', '--world', world, ...VENDURE_ONLY, '-f', 'redeploy=true', '--fault', 'github GET /actions-cache/* * delay 1ms');
    const restored = /flyctl \S+ from the actions-cache/u;
    expect([restored.test(first.log), restored.test(second.log)]).toEqual([false, true]);
    // Its download is a request to GitHub as any other.
    expect(second.outcome.faults).toMatchObject([{ fired: 1 }]);
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  },
  2 * LONG,
);
