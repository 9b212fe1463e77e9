import { expect, test } from '@jest/globals';
import { type Clock, lasting, type Log } from '@vendure-deploy/shared/action';
import { arrive } from '../src/gradual/arrive.ts';
import { met, type Reply, type Wanted } from '../src/gradual/ask.ts';
import { CONCLUDED, readMark } from '../src/gradual/mark.ts';
import { soak } from '../src/gradual/soak.ts';
import { readSoak, readSteps } from '../src/gradual/steps.ts';
import { splitAt } from '../src/gradual/walk.ts';

const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);
const fresh: Wanted = { id: 'v-new', sha: NEW };
const old: Wanted = { id: 'v-old', sha: OLD };
const page = { url: 'https://shop.example/__version', namesVersion: true };
const log = { info: () => {} } as unknown as Log;

const REPLY = {
  new: { versionId: 'v-new', sha: NEW, fault: '' },
  old: { versionId: 'v-old', sha: OLD, fault: '' },
  'new with the old commit': { versionId: 'v-new', sha: OLD, fault: '' },
  'new with HTTP 500': { versionId: 'v-new', sha: null, fault: 'HTTP 500' },
  'old with HTTP 500': { versionId: 'v-old', sha: null, fault: 'HTTP 500' },
  'an asset': { versionId: null, sha: null, fault: '' },
  nothing: { versionId: null, sha: null, fault: 'connection refused' },
} as const satisfies Record<string, Reply>;
type Answer = keyof typeof REPLY;

test('an input beats the configuration, and that the default', () => {
  const configured = { steps: [50, 100], 'soak-seconds': 7 };
  expect([readSteps(''), readSteps('', configured), readSteps('100', configured)]).toEqual([[10, 50, 100], [50, 100], [100]]);
  expect([readSoak(''), readSoak('', configured), readSoak('0', configured)]).toEqual([60, 7, 0]);
});

test('steps of the configuration that do not end at 100, and a soak that is no number, are refused by name', () => {
  expect(() => readSteps('', { steps: [10, 50] })).toThrow("the configuration's `gradual.steps` are 10, 50. Allowed: whole percentages that rise and end at 100.");
  for (const given of ['5m', '-1', '3601', '1.5']) expect(() => readSoak(given)).toThrow(`input \`soak-seconds\` is "${given}". Allowed: a whole number of seconds from 0 to 3600.`);
});

test.each<[Answer, readonly Wanted[], string]>([
  ['new',                     [fresh],      'well'],
  ['new',                     [old, fresh], 'well'],
  ['an asset',                [fresh],      'well'],
  ['old',                     [fresh],      'other'],
  ['old with HTTP 500',       [fresh],      'other'],
  ['old with HTTP 500',       [old, fresh], 'sick'],
  ['new with the old commit', [fresh],      'sick'],
  ['new with HTTP 500',       [fresh],      'sick'],
  ['nothing',                 [fresh],      'silent'],
])('%s, wanted %j: %s', (answer, wanted, kind) => {
  expect(met(REPLY[answer], wanted).kind).toBe(kind);
});

test.each<[string, readonly Answer[], string | null, number]>([
  ['twice at once',                             ['new'],                                    null,                                0],
  ['lag is waited for',                         ['old', 'old', 'new'],                      null,                                4],
  ['once is a chance',                          ['new', 'old', 'new'],                      null,                                2],
  ['an error that names nobody is waited for',  ['nothing', 'new'],                         null,                                2],
  ['an error of the version itself is not',     ['old', 'new with HTTP 500'],               'version v-new: HTTP 500',           2],
  ['one such error is',                         ['new with HTTP 500', 'new'],               null,                                0],
  ['what never arrives ends with the bound',    ['old'],                                    'version v-new did not answer within 20 s (last: version v-old answered)', 20],
])('%s', async (_, answers, why, seconds) => {
  const { clock, ask, slept } = scene(answers);
  expect(await arrive({ ask, page, pinned: 'v-new', wanted: fresh, clock, signal: new AbortController().signal, budgetMs: 20_000, intervalMs: 2000, log })).toBe(why);
  expect(slept()).toBe(seconds);
});

test.each<[string, readonly Answer[], number, string | null, number]>([
  // what answers, in turn                            lag until  why           seconds
  ['all is well',          ['new'],                     0,        null,                              60],
  ['one bad answer',       ['nothing', 'new'],          0,        null,                              60],
  ['two bad answers',      ['nothing', 'nothing', 'nothing', 'nothing'], 0, 'connection refused',     0],
  ['another one, in time', ['old', 'old', 'new'],       5000,     null,                              60],
  ['another one, late',    ['old'],                     -1,       'version v-old answered',           0],
])('a step is watched for a minute: %s', async (_, answers, lagEnds, why, seconds) => {
  const { clock, ask, slept } = scene(answers);
  expect(await soak({ ask, pages: [page], fresh, either: [fresh], clock, signal: new AbortController().signal, soakMs: 60_000, intervalMs: 7000, lagEnds, log })).toBe(why);
  expect(slept()).toBe(seconds);
});

test('without a soak every page is looked at once', async () => {
  const { clock, ask, slept, asked } = scene(['new']);
  expect(await soak({ ask, pages: [page, page], fresh, either: [fresh], clock, signal: new AbortController().signal, soakMs: 0, intervalMs: 5000, lagEnds: 0, log })).toBeNull();
  expect([slept(), asked()]).toEqual([0, 4]);
});

test.each([['10, 50, 100', [10, 50, 100]], ['100', [100]], [' 1\n2 , 100 ', [1, 2, 100]]])('the plan %j', (given, steps) => {
  expect(readSteps(given)).toEqual(steps);
});

test.each([',', '10', '50, 10, 100', '10, 10, 100', '0, 100', '-1, 100', '100, 100', '1e1, 100', '10 %, 100'])('the plan %j is refused', (given) => {
  expect(() => readSteps(given)).toThrow('whole percentages that rise and end at 100');
});

test('a split names both versions, and at the end one', () => {
  expect(splitAt(0, 'v-new', 'v-old')).toEqual([{ id: 'v-new', percentage: 0 }, { id: 'v-old', percentage: 100 }]);
  expect(splitAt(10, 'v-new', 'v-old')).toEqual([{ id: 'v-new', percentage: 10 }, { id: 'v-old', percentage: 90 }]);
  expect(splitAt(100, 'v-new', 'v-old')).toEqual([{ id: 'v-new', percentage: 100 }]);
});

test('without a mark, or once concluded, the post step has nothing to do', () => {
  expect([readMark(''), readMark(CONCLUDED)]).toEqual([null, null]);
});

test('the last words begin with the cancel', async () => {
  const cancel = new AbortController();
  const late = lasting(cancel.signal, 5);
  expect(late.aborted).toBe(false);
  cancel.abort();
  expect(late.aborted).toBe(false);
  await new Promise((resolve) => late.addEventListener('abort', resolve));
});

/** Answers from a list, the last one for ever; time passes only while it is slept. */
function scene(answers: readonly Answer[]): { clock: Clock; ask: () => Promise<Reply>; slept: () => number; asked: () => number } {
  let now = 0;
  let asked = 0;
  return {
    clock: { now: () => now, sleep: async (ms) => void (now += ms) },
    ask: async () => REPLY[answers[Math.min((asked += 1), answers.length) - 1] ?? 'nothing'],
    slept: () => now / 1000,
    asked: () => asked,
  };
}
