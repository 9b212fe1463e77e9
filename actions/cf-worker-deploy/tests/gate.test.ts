import { expect, test } from '@jest/globals';
import type { Clock, Log } from '@vendure-deploy/shared/action';
import { gate } from '../src/deploy/gate.ts';
import type { Observed } from '../src/deploy/observe.ts';

const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);
const live = (versionId: string, tag: string): Observed['live'] => ({ kind: 'live', deploymentId: 'd', versionId, tag });
const serves = (versionId: string, sha: string): Observed['public'] => ({ kind: 'serves', sha, versionId, header: versionId });
const old: Observed = { live: live('v-old', OLD), public: serves('v-old', OLD) };
const lagging: Observed = { live: live('v-new', NEW), public: serves('v-old', OLD) };
const sick: Observed = { live: live('v-new', NEW), public: { kind: 'unreadable', why: 'HTTP 500' } };
const arrived: Observed = { live: live('v-new', NEW), public: serves('v-new', NEW) };

const log = { info: () => {} } as unknown as Log;

/** Looks answered from a list, the last one for ever; time passes only while it is slept. */
async function gated(looks: readonly Observed[], cancelAtLook = 0): Promise<{ seen: Observed | null; looked: number; slept: number }> {
  const cancel = new AbortController();
  let looked = 0;
  let now = 0;
  const clock: Clock = {
    now: () => now,
    async sleep(ms) {
      now += ms;
    },
  };
  const seen = await gate({
    async look() {
      looked += 1;
      if (looked === cancelAtLook) cancel.abort();
      return looks[Math.min(looked, looks.length) - 1] ?? old;
    },
    course: { sha: NEW, versionId: 'v-new', anchor: old }, clock, signal: cancel.signal, budgetMs: 60_000, intervalMs: 2000, log,
  });
  return { seen, looked, slept: now / 1000 };
}

test.each([
  ['the target at once is looked at twice, without a pause', [arrived], arrived, 2, 0],
  ['a lag of the public is waited for', [lagging, lagging, arrived], arrived, 4, 4],
  ['errors during the lag are waited for', [sick, lagging, sick, arrived], arrived, 5, 6],
  ['a place that lags again starts the count anew', [arrived, lagging, arrived, arrived], arrived, 4, 2],
  ['what was before is looked at three times', [old], old, 3, 4],
  ['what never arrives ends with the budget', [lagging], lagging, 31, 60],
])('%s', async (_, looks, seen, looked, slept) => {
  expect(await gated(looks)).toEqual({ seen, looked, slept });
});

test.each([
  ['the first look, nothing was read', [lagging], 1, null, 1],
  ['a later look, the one before it counts', [lagging, sick], 2, lagging, 2],
])('cancelled during %s', async (_, looks, at, seen, looked) => {
  expect(await gated(looks, at)).toMatchObject({ seen, looked });
});
