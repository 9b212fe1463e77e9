import { expect, test } from '@jest/globals';
import { type Machine, settle, unsettled } from '@vendure-deploy/shared/providers/fly';
import type { Log } from '@vendure-deploy/shared/action';

const machine = (state: string, more: Partial<Machine> = {}): Machine => ({
  id: 'm1', state, since: '2026-01-01T00:00:00Z', hostStatus: 'ok', region: 'fra', group: 'app', image: '', releaseId: '', releaseVersion: '', tag: '', digest: '', revision: '',
  standby: false, cordoned: false, hasService: true, autostops: false, wantsChecks: false, safeToDestroy: false, canary: false, checks: [], ...more,
});

test.each([
  ['started', true], ['stopped', true], ['suspended', true], ['created', true], ['failed', true],
  ['replacing', false], ['starting', false], ['stopping', false], ['destroying', false], ['updating', false], ['launch_failed', false],
] as const)('a Machine that is %s has settled: %s', (state, settled) => {
  expect(unsettled([machine(state)])).toEqual(settled ? [] : [{ id: 'm1', group: 'app', why: state, since: '2026-01-01T00:00:00Z' }]);
});

test('a host that Fly cannot reach is named whatever the state says, and not waited for', async () => {
  const stage = staged([[machine('started', { hostStatus: 'unreachable' })]]);
  expect(await settle({ ...stage, budgetMs: 90_000, intervalMs: 2_000 })).toEqual([{ id: 'm1', group: 'app', why: 'its host is unreachable', since: '2026-01-01T00:00:00Z' }]);
  expect(stage.slept()).toEqual([]);
});

test('it lists until all rest, and says which does not', async () => {
  const stage = staged([[machine('replacing')], [machine('starting')], [machine('started')]]);
  expect(await settle({ ...stage, budgetMs: 90_000, intervalMs: 2_000 })).toEqual([]);
  expect(stage.slept()).toEqual([2_000, 2_000]);
  expect(stage.said()).toEqual(['Machine m1 [app]: replacing since 2026-01-01T00:00:00Z', 'Machine m1 [app]: starting since 2026-01-01T00:00:00Z']);
});

test('when the time is over, what still moves is given back', async () => {
  const stage = staged([[machine('replacing')]]);
  expect(await settle({ ...stage, budgetMs: 5_000, intervalMs: 2_000 })).toMatchObject([{ why: 'replacing' }]);
  expect(stage.slept()).toEqual([2_000, 2_000]);
});

function staged(lists: readonly (readonly Machine[])[]) {
  let now = 0;
  let asked = 0;
  const pauses: number[] = [];
  const lines: string[] = [];
  const nothing = (): void => {};
  const log: Log = { info: (text) => void lines.push(text), warning: nothing, error: nothing, notice: nothing, debug: nothing, group: (_, work) => work() };
  return {
    list: () => Promise.resolve(lists[Math.min(asked++, lists.length - 1)] ?? []),
    clock: { now: () => now, sleep: (ms: number) => { now += ms; pauses.push(ms); return Promise.resolve(); } },
    signal: new AbortController().signal,
    log,
    slept: () => pauses,
    said: () => lines,
  };
}
