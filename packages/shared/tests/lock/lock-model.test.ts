import { expect, jest, test } from '@jest/globals';
import { checkSchedules } from './model/check.ts';
import { createAndDelete } from './model/create-and-delete.ts';
import { commitChain } from './model/protocol.ts';
import { TWO_OWNERS } from './model/referee.ts';

// For what hangs, and for making a counterexample smaller: 5,000 schedules take seconds on an idle machine.
const WITHIN_MS = 4 * 60_000;
jest.setTimeout(WITHIN_MS + 60_000);

test('in 5,000 schedules of lost, late and stale answers, pauses, deaths and wrong clocks, no two owners act at once, and no lock outlives its holder', async () => {
  const { found, played, acts } = await checkSchedules(commitChain, { runs: 5_000, withinMs: WITHIN_MS });
  expect(found).toBeNull();
  expect(played).toBe(5_000);
  // A protocol that never grants would be safe, too.
  expect(acts).toBeGreaterThan(10_000);
});

test('the same schedules find two owners of a lock that is a ref created and deleted: the referee sees what it is there to see', async () => {
  const { found } = await checkSchedules(createAndDelete, { runs: 5_000, withinMs: WITHIN_MS, counts: (fault) => fault.startsWith(TWO_OWNERS), shrinks: false });
  expect(found).toContain(TWO_OWNERS);
});
