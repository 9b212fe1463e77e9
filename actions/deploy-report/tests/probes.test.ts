import { expect, test } from '@jest/globals';
import type { Verdict } from '@vendure-deploy/shared/release';
import { type Phase, readPhases } from '../src/phases.ts';
import { probesOf } from '../src/probes.ts';

const verify = (result: string, reasonCode = ''): Phase[] => readPhases(JSON.stringify({ verify: { result, outputs: { result: reasonCode === '' ? '' : JSON.stringify({ decision: 'failed', 'reason-code': reasonCode, message: 'vendure: GraphQL answered with errors.' }) } } }));

test.each<[string, Phase[], string, Verdict, string]>([
  // verify                              its job                                   found       of a         the headline says
  ['passed',                             verify('success', 'all-probes-passed'),   'working',  'deployed',  ''],
  ['a probe fails',                      verify('failure', 'probe-failed'),        'broken',   'failed-after-switch', ' vendure: GraphQL answered with errors.'],
  ['the surfaces do not fit',            verify('failure', 'skewed'),              'broken',   'failed-after-switch', ' vendure: GraphQL answered with errors.'],
  ['a probe failed, then the cancel',    verify('cancelled', 'probe-failed'),      'broken',   'failed-after-switch', ' vendure: GraphQL answered with errors.'],
  ['was cancelled',                      verify('cancelled', 'cancelled'),         'unprobed', 'deployed',  ' What serves was not verified (verify: cancelled).'],
  ['was cancelled without a word',       verify('cancelled'),                      'unprobed', 'unchanged', ' What serves was not verified (verify: cancelled).'],
  ['crashed',                            verify('failure', 'unexpected-error'),    'unprobed', 'deployed',  ' What serves was not verified (verify: failure).'],
  ['was left out after all',             verify('skipped'),                        'unprobed', 'deployed',  ' What serves was not verified (verify: skipped).'],
  ['was left out after a failure',       verify('skipped'),                        'unprobed', 'failed-before-switch', ''],
  ['is no part of the lane',             [],                                       'unprobed', 'deployed',  ''],
])('verify %s: %#', (_, phases, found, verdict, remark) => {
  const probes = probesOf(phases);
  expect([probes.found, probes.remark(verdict)]).toEqual([found, remark]);
});
