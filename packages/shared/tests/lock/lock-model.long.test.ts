import { expect, test } from '@jest/globals';
import { checkSchedules } from './model/check.ts';
import { commitChain } from './model/protocol.ts';

const WITHIN_MS = 20 * 60_000;

test(
  'in 100,000 schedules no two owners act at once, and no lock outlives its holder',
  async () => {
    const { found, played, acts } = await checkSchedules(commitChain, { runs: 100_000, withinMs: WITHIN_MS });
    expect(found).toBeNull();
    expect(played).toBe(100_000);
    expect(acts).toBeGreaterThan(200_000);
  },
  WITHIN_MS + 60_000,
);
