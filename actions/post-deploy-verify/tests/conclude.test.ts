import { expect, test } from '@jest/globals';
import type { ProbeRow, Skew, Watched } from '@vendure-deploy/shared/verify';
import { conclude } from '../src/conclude.ts';
import { table } from '../src/table.ts';

const NEW = 'b'.repeat(40);
const probe = (outcome: ProbeRow['outcome'], name = 'health', why = ''): ProbeRow => ({ surface: 'vendure', name, ok: outcome === 'passed', outcome, attempts: 1, seconds: 0.1, why, sha: NEW });
const row = (ok: boolean, why: string, ...probes: readonly ProbeRow[]): Watched => ({ surface: 'vendure', ok, sha: NEW, why, attempts: 1, probes });
const skew = (ok: boolean | null): Skew => ({ rule: ok === null ? null : 'same-sha', ok, shas: { vendure: NEW, storefront: '' }, why: ok === false ? 'storefront lags' : '' });

test.each<[string, Watched, boolean | null, boolean, string, string[]]>([
  // what was seen                                                        the rule holds  all surfaces  the ending                    warnings
  ['all right',              row(true, '', probe('passed')),                    true,   true,  'done all-probes-passed',   []],
  ['no rule',                row(true, '', probe('passed')),                    null,   true,  'done all-probes-passed',   []],
  ['a probe failed',         row(false, 'no table', probe('failed')),           true,   true,  'failed probe-failed',      []],
  ['skew over all surfaces', row(true, '', probe('passed')),                    false,  true,  'failed skewed',            []],
  ['skew over some',         row(true, '', probe('passed')),                    false,  false, 'done all-probes-passed',   ['the surfaces do not fit together: storefront lags']],
  ['both',                   row(false, 'no table', probe('failed')),           false,  true,  'failed probe-failed',      []],
  ['orphaned jobs',          row(true, '', probe('warning', 'jobs', 'job 3')),  true,   true,  'done all-probes-passed',   ['vendure jobs: job 3']],
])('%s', (_case, seen, holds, isWhole, ending, warnings) => {
  const conclusion = conclude({ rows: [seen], skew: skew(holds), isWhole, runId: 7 });
  expect(`${conclusion.ending.decision} ${conclusion.ending.reasonCode}`).toBe(ending);
  expect(conclusion.warnings).toEqual(warnings);
  expect(conclusion.ending.message.includes('gh run rerun 7 --failed')).toBe(conclusion.ending.decision === 'failed');
});

test('what is not configured is counted where all is well', () => {
  expect(conclude({ rows: [row(true, '', probe('passed'), probe('not-configured'))], skew: skew(null), isWhole: true, runId: 7 }).ending.message).toBe('vendure: every configured probe passed. 1 are not configured; the summary names them.');
});

test('the summary shows each probe, and no text of a host breaks its table', () => {
  const text = table([row(false, 'a | b', probe('not-configured', 'worker', 'x | y'))], skew(false));
  expect(text).toContain('| vendure worker | not configured | 1 | 0.10 | x \\| y |');
  expect(text).toContain('Side by side: vendure `bbbbbbb`, storefront not read (same-sha: storefront lags).');
});
