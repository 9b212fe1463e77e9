import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { killed, LONG, processesOf, rehearsed, worldFolder } from '../stage.ts';

let world: string;
beforeEach(async () => {
  world = await worldFolder();
});
afterEach(() => rm(world, { recursive: true, force: true }));

test(
  'two rehearsals of production at once in one world: one deploys, the other waits for its turn and finds nothing to do',
  async () => {
    const [one, two] = await Promise.all([rehearsed('deploy-production', '--world', world), rehearsed('deploy-production', '--world', world)]);
    for (const { outcome: { verdict }, said } of [one, two]) expect({ verdict, said }).toEqual({ verdict: expect.stringMatching(/^(?:deployed|unchanged)$/u), said });
    expect(new Set([one.outcome.verdict, two.outcome.verdict]).size).toBe(2);
    const second = one.outcome.verdict === 'unchanged' ? one : two;
    expect(second.outcome.writes).toBe(0);
    expect(second.outcome.truth.after).toMatchObject({ vendure: second.outcome.outputs['sha'], lock: 'free' });
    expect([one.said, two.said].filter((said) => said.includes('joining the world'))).toHaveLength(1);
  },
  LONG,
);

test(
  'what a killed rehearsal left running is ended at the next start in its world',
  async () => {
    await killed(/ vendure …/u, 'deploy-production', '--world', world);
    expect(await processesOf(world)).not.toEqual([]);
    const { said } = await rehearsed('deploy-production', '--world', world, '-f', 'dashboard=false', '-f', 'storefront=false');
    expect(said).toMatch(/ended \d+ processes that a killed rehearsal had left/u);
    expect(await processesOf(world)).toEqual([]);
  },
  LONG,
);

test(
  '--from decides what production serves at first',
  async () => {
    const { outcome } = await rehearsed('deploy-production', '--from', 'main', '-f', 'dashboard=false', '-f', 'storefront=false');
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'unchanged', writes: 0 });
    expect(outcome.truth.before.vendure).toBe(outcome.outputs['sha']);
  },
  LONG,
);
