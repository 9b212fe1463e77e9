import { expect, test } from '@jest/globals';
import type { HttpClient } from '@vendure-deploy/shared/net';
import { Secret } from '@vendure-deploy/shared/secrets';
import type { EnvironmentConfig } from '@vendure-deploy/shared/config';
import { budgetOf, outOfTime, slaTerms } from '@vendure-deploy/shared/sla';

const PLACE = { 'sla-seconds': 300 } as EnvironmentConfig;
const NOTHING = { 'started-at': '', forecast: '', 'sla-seconds': '', 'sla-strict': false, workflow: '' };
const SHA = 'b'.repeat(40);
const FORECAST = JSON.stringify({ samples: 4, phases: { preflight: { seconds: 9, job: 12 }, image: null, vendure: { seconds: 60, job: 72 }, verify: { seconds: 3, job: 10 }, report: { seconds: 2, job: 2 } } });

test('the input beats the configuration', () => {
  expect([budgetOf('', 'production', PLACE), budgetOf('60', 'production', PLACE)]).toEqual([300, 60]);
});

test.each<[string, Partial<typeof NOTHING>, string]>([
  ['no budget at all',        { 'sla-seconds': '0' },        'input `sla-seconds` is "0". Allowed: a whole number of seconds, 1 or more. Leave it empty to use `environments.production.sla-seconds` (300).'],
  ['less than none',          { 'sla-seconds': '-5' },       'input `sla-seconds` is "-5".'],
  ['a half second',           { 'sla-seconds': '1.5' },      'input `sla-seconds` is "1.5".'],
  ['a word',                  { 'sla-seconds': '5m' },       'input `sla-seconds` is "5m".'],
  ['a day that is none',      { 'started-at': 'yesterday' }, 'input `started-at` is "yesterday". It takes a time such as 2026-01-31T12:00:00Z'],
  ['another document',        { forecast: '{"samples":0}' }, 'input `forecast` is "{\\"samples\\":0}". It takes the output `forecast` of preflight as it is'],
  ['no document',             { forecast: 'soon' },          'input `forecast` is "soon".'],
])('%s is refused in one sentence', (_, given, sentence) => {
  expect(() => slaTerms({ ...NOTHING, ...given }, 'production', PLACE)).toThrow(sentence);
});

test.each<[string, Partial<typeof NOTHING>, number, string, string, string]>([
  // given                                       now, seconds  on the log                                                   it
  ['time enough',       { forecast: FORECAST },                                  50, 'info',    'SLA: 50.0 s of 300 s have passed, and the rest usually takes 62.0 s (vendure 50.0, verify 10.0, report 2.0; the median of 4 deploys): it fits.', 'goes on'],
  ['too little time',   { forecast: FORECAST, 'sla-seconds': '100' },            50, 'warning', 'SLA: 50.0 s of 100 s have passed, and the rest usually takes 62.0 s (vendure 50.0, verify 10.0, report 2.0; the median of 4 deploys): this run cannot end in time. It goes on, since `sla-strict` is not set.', 'goes on'],
  ['too little, strict', { forecast: FORECAST, 'sla-seconds': '100', 'sla-strict': true }, 50, '', '', `and \`sla-strict\` is set. Nothing was written. Run the lane again as it was, but without \`sla_strict\` or with more \`sla_seconds\`:  gh workflow run fast.yml -f ref=${SHA} -f dashboard=false -f storefront=false`],
  ['a lane without switches', { forecast: FORECAST, 'sla-seconds': '100', 'sla-strict': true, workflow: 'full.yml' }, 50, '', '', `gh workflow run full.yml -f ref=${SHA} -f dashboard=false -f storefront=false`],
  ['no forecast, strict', { 'sla-seconds': '1', 'sla-strict': true },            50, 'info',    'Whether the rest of this run fits into 1 s is not known: too few earlier deploys have recorded what they took.', 'goes on'],
])('%s', async (_, given, elapsed, level, said, ending) => {
  const { why, told } = await ask({ ...NOTHING, 'started-at': '2026-01-31T12:00:00Z', ...given }, elapsed);
  expect(told).toEqual(level === '' ? [] : [`${level} ${said}`]);
  if (ending === 'goes on') expect(why).toBeNull();
  else expect(why).toContain(ending);
});

test('a run whose beginning nobody handed on is asked for at GitHub, and where that does not answer nothing is stopped', async () => {
  const given = { ...NOTHING, forecast: FORECAST, 'sla-seconds': '100', 'sla-strict': true };
  const run = { id: 7, workflow_id: 1, html_url: 'u', event: 'e', head_branch: null, run_attempt: 2, created_at: '2026-01-31T10:00:00Z', run_started_at: '2026-01-31T12:00:00Z' };
  expect((await ask(given, 50, { status: 200, body: run })).why).toContain('50.0 s of 100 s have passed');
  const { why, told } = await ask(given, 50, { status: 403, body: { message: 'Resource not accessible' } });
  expect(why).toBeNull();
  expect(told).toEqual([expect.stringContaining('info When this run began is not known: '), 'info Whether the rest of this run fits into 100 s is not known: when this attempt of the run began could not be read.']);
});

/** @param elapsed seconds since the run began, at noon */
async function ask(given: typeof NOTHING, elapsed: number, answer?: { readonly status: number; readonly body: unknown }): Promise<{ why: string | null; told: string[] }> {
  const told: string[] = [];
  const to = (level: string) => (text: string): void => void told.push(`${level} ${text}`);
  const http = { request: async () => ({ kind: 'response', status: answer?.status ?? 500, headers: {}, text: () => JSON.stringify(answer?.body), json: () => answer?.body }) } as unknown as HttpClient;
  const why = await outOfTime(
    { http, clock: { now: () => Date.parse('2026-01-31T12:00:00Z') + elapsed * 1000, sleep: async () => {} }, log: { info: to('info'), warning: to('warning') } as never, run: { apiUrl: 'https://api.github.com', repository: 'example/shop', runId: 7, workflowFile: 'fast.yml' } as never },
    { terms: slaTerms(given, 'production', PLACE), own: 'vendure', sha: SHA, spentSeconds: 10, token: new Secret('t') },
  );
  return { why, told };
}
