import { expect, test } from '@jest/globals';
import type { RunOutcome } from '@vendure-deploy/runner';
import { composeOutcome, exitCodeOf } from '../src/outcome.ts';

const RULE = 'fly POST /v1/apps/*/machines 1 503 after-commit';
const FIRED = [{ rule: RULE, fired: 1 }];
const UNFIRED = [{ rule: RULE, fired: 0 }];
const SERVES = { vendure: 'a', worker: 'a', dashboard: 'a', storefront: 'a', database: [], lock: 'free' } as const;

test.each<[RunOutcome['conclusion'], typeof FIRED, string[], boolean, string, 0 | 1]>([
  // the workflow   its faults  stray calls             the rehearsal counts, or why not                                                              exit code
  ['success',       [],         [],                     true,  '',                                                                                   0],
  ['success',       FIRED,      [],                     true,  '',                                                                                   0],
  ['success',       UNFIRED,    [],                     false, `faults that never fired: ${RULE}`,                                                   1],
  ['success',       [],         ['CONNECT other.test'], false, 'calls to hosts that the twin does not model: CONNECT other.test',                    1],
  ['failure',       FIRED,      [],                     true,  '',                                                                                   1],
  ['failure',       UNFIRED,    ['GET other.test'],     false, `calls to hosts that the twin does not model: GET other.test; faults that never fired: ${RULE}`, 1],
  ['cancelled',     [],         [],                     true,  '',                                                                                   1],
])('%s, faults %j, stray calls %j: ok is %s (%s), exit code %i', (conclusion, faults, strayCalls, ok, why, exitCode) => {
  const run: RunOutcome = { conclusion, refused: null, outputs: { verdict: 'deployed' }, seconds: 1, jobs: [], annotations: [], summaries: [] };
  const outcome = composeOutcome({ workflow: 'deploy-production', id: 7, run, before: SERVES, after: SERVES, strayCalls, faults, writes: 0, records: 0 });
  expect(outcome.rehearsal).toEqual({ ok, why });
  expect(exitCodeOf(outcome)).toBe(exitCode);
});
