import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { subjectOf } from '../stage/actions.ts';
import { annotations, expectEnding, notesOf } from '../stage/ending.ts';
import { COMMITS, type Deployed, type FlyShop, type FlyStage, openFlyStage, SPEED, type Strategy } from '../stage/fly-world.ts';
import { expectKept } from '../stage/leaks.ts';
import { type Expected, type Serves, TABLE } from './table.ts';

const subject = subjectOf('fly-deploy');

/** The decision that goes with what serves. After a cancel there is one read only: it may say that it does not know. */
const BY_THE_TRUTH: Readonly<Record<Serves, RegExp>> = { old: /^(?:failed|unknown)$/u, new: /^(?:done|unknown)$/u, mixed: /^(?:partial|unknown)$/u };

/** The table on the built bundle, for one strategy: each row, and after it a clean deploy, which has to converge. */
export function eachRow(strategy: Strategy): void {
  // Two deploys; at a real flyctl's own pace each takes minutes.
  jest.setTimeout(SPEED === 1 ? 1_200_000 : 120_000);
  let stage: FlyStage;
  beforeAll(async () => void (stage = await openFlyStage()));
  afterAll(async () => stage[Symbol.asyncDispose]());

  const rows = TABLE.flatMap((row) => {
    const expected = of(row.expected, strategy);
    return expected === null ? [] : [{ ...row, fault: row.fault === undefined ? undefined : of(row.fault, strategy), expected }];
  });
  describe(strategy, () => {
    test.each(rows.map((row) => [row.what, row] as const))('%s', async (_, { expected, fault, commit = 'main', inputs = {}, interruptedAt }) => {
      await using shop = await stage.openShop(strategy);
      const deployed = await shop.deploy({ commit, inputs, faults: fault === undefined ? [] : [fault], signals: interruptedAt === undefined ? [] : [{ name: 'SIGINT', when: interruptedAt }] });
      expect({ said: annotations(deployed.ended), unfired: deployed.unfired, stray: deployed.strayCalls }).toEqual({ said: annotations(deployed.ended), unfired: [], stray: [] });
      expectVerdict(expected, stage, shop, deployed);
      expectKept(deployed.ended, stage.twin.fly.deployToken(shop.app));
      if (interruptedAt !== undefined) expect(deployed.ended.secondsAfterSignal).toBeLessThan(7);

      const again = await shop.deploy({ commit: 'main' });
      expectEnding(again.ended, subject, { decision: /^(?:done|skipped)$/u, reasonCode: /^(?:target-serves|already-serves)$/u });
      expect(servesOf(stage, shop)).toBe('new');
      await leasesEnd(stage, shop);
    });
  });
}

/** A flyctl that was killed, or whose answer was lost, leaves leases of 13 s, on Machines that it made of its `--wait-timeout` of 300 s, by the twin's clock. */
async function leasesEnd({ twin }: FlyStage, { app }: FlyShop): Promise<void> {
  const deadline = Date.now() + 300_000 / SPEED + 1_000;
  while (twin.fly.leases(app).length > 0 && Date.now() < deadline) await setTimeout(50);
  expect(twin.fly.leases(app)).toEqual([]);
}

function of<T extends string | null>(value: T | Readonly<Record<Strategy, T>>, strategy: Strategy): T {
  return typeof value === 'object' && value !== null ? value[strategy] : value;
}

function expectVerdict(expected: Expected, stage: FlyStage, shop: FlyShop, { ended }: Deployed): void {
  const serves = servesOf(stage, shop);
  const { decision = '', 'reason-code': reasonCode = '', 'serving-sha': serving = '' } = ended.outputs;
  const truth = { ...stage.twin.fly.truth(shop.app), said: annotations(ended) };
  if (expected === 'by the truth') expect({ serves, decision, truth }).toEqual({ serves, decision: expect.stringMatching(BY_THE_TRUTH[serves]), truth });
  else expect({ verdict: `${decision}/${reasonCode} ${serves}`, truth }).toEqual({ verdict: expected, truth });
  expectEnding(ended, subject, { decision, reasonCode });
  // A second run of flyctl that brought it is the only thing here that heals, and nothing is left out.
  const { 'flyctl-runs': runs } = JSON.parse(ended.outputs['result'] ?? '') as { 'flyctl-runs'?: number };
  expect(notesOf(ended).map(({ kind }) => kind)).toEqual(decision === 'done' && runs === 2 ? ['healed'] : []);
  // What the action says that the public gets is what the public gets.
  if (serving !== '' && typeof truth.vendure === 'string') expect(serving).toBe(truth.vendure);
}

/** What the public gets, and what works on jobs: a Machine of `app` to which nobody is sent serves nobody. */
function servesOf({ twin }: FlyStage, { app }: FlyShop): Serves {
  const { vendure, groups } = twin.fly.truth(app);
  const found = [vendure, groups['worker'] ?? null];
  if (found.every((sha) => sha === COMMITS.previous)) return 'old';
  return found.every((sha) => sha === COMMITS.main) ? 'new' : 'mixed';
}
