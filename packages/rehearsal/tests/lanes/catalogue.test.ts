import { expect, test } from '@jest/globals';
import { FAULTS } from '@vendure-deploy/twin';
import { type Case, eachFault, VENDURE_ONLY } from './faults.ts';

// The examples of the catalogue that need a whole lane; the others are run in packages/twin/tests/faults.
const before = { args: VENDURE_ONLY, verdict: 'failed-before-switch', serves: { vendure: 'old' }, converges: false } as const;
const CASES: readonly (readonly [string, Case])[] = [
  ['the run is cancelled with the first line of a step', { ...before, fault: 'run step vendure/deploy 1 SIGINT' }],
  ['the run is cancelled once a step has written a text', { ...before, fault: 'run step image/image 1 cancel at mounted in' }],
  ['the runner is lost', { ...before, fault: 'run step preflight/preflight 1 runner-lost', verdict: null, noWrites: true }],
  ['another run holds the lock', { ...before, fault: 'github lock held-by-another-run', lockedByAnother: true }],
  ['a run that has ended holds the lock: it is taken over', { args: VENDURE_ONLY, fault: 'github lock held-by-ended-run', verdict: 'deployed', serves: { vendure: 'new' }, converges: false }],
  ['a run whose runner was lost holds the lock: it may still be at work', { ...before, fault: 'github lock held-by-lost-run', lockedByAnother: true, says: /the lock can be taken in 2\d\d s/u }],
  ['a run that GitHub does not tell of holds the lock: that is no death', { ...before, fault: 'github lock held-by-unknown-run', lockedByAnother: true, says: /GitHub knows no such run, or the token lacks/u }],
];

test('every example of a run and of the lock is rehearsed here', () => {
  const examples = FAULTS.filter(({ subject }) => subject === 'run' || subject === 'lock').map(({ example }) => example);
  expect(new Set(CASES.map(([, { fault }]) => fault))).toEqual(new Set(examples));
});

eachFault(CASES);
