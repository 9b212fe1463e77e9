import { expect, test } from '@jest/globals';
import { type CommandAnswer, driftOf, judgeDrift } from '@vendure-deploy/shared/shop-commands';

const said = (exitCode: number, answer: unknown): CommandAnswer => ({ kind: 'answered', exitCode, answer });

test.each<[string, CommandAnswer, string, 'ok' | 'warning' | 'failed', 'ok' | 'warning' | 'failed']>([
  ['no drift', said(0, { drift: 'none' }), 'none', 'ok', 'ok'],
  ['a pending migration', said(2, { drift: 'reconcilable', 'pending-migrations': ['Price1'] }), 'reconcilable', 'failed', 'warning'],
  ['a difference that no migration mends', said(2, { drift: 'irreconcilable', differences: ['the database lacks product.price'] }), 'irreconcilable', 'failed', 'failed'],
  ['reconcilable, and a difference beside it', said(2, { drift: 'reconcilable', 'pending-migrations': ['Price1'], differences: ['x'] }), 'irreconcilable', 'failed', 'failed'],
  ['exit code 0 with drift', said(0, { drift: 'reconcilable', 'pending-migrations': ['Price1'] }), 'unreadable', 'failed', 'failed'],
  ['exit code 2 without drift', said(2, { drift: 'none' }), 'unreadable', 'failed', 'failed'],
  ['an audit that broke', said(1, { drift: 'none' }), 'unreadable', 'failed', 'failed'],
  ['drift: none that names drift', said(0, { drift: 'none', differences: ['x'] }), 'unreadable', 'failed', 'failed'],
  ['reconcilable by no migration', said(2, { drift: 'reconcilable' }), 'unreadable', 'failed', 'failed'],
  ['another word', said(2, { drift: 'some' }), 'unreadable', 'failed', 'failed'],
  ['another shape', said(0, { status: 'ok' }), 'unreadable', 'failed', 'failed'],
  ['nothing that can be read', { kind: 'unreadable', why: 'it printed no line of JSON' }, 'unreadable', 'failed', 'failed'],
])('%s', (_, answer, kind, strict, allowing) => {
  const drift = driftOf(answer);
  expect(drift.kind).toBe(kind);
  expect([judgeDrift(drift, false).status, judgeDrift(drift, true).status]).toEqual([strict, allowing]);
});

test('a failed finding says what was found and what to do', () => {
  expect(judgeDrift(driftOf(said(2, { drift: 'reconcilable', 'pending-migrations': ['Price1', 'Stock2'] })), false)).toEqual({
    status: 'failed', evidence: '2 migrations are pending: Price1, Stock2', next: 'Look at them, then run with allow_pending_migration=true.',
  });
  expect(judgeDrift(driftOf(said(2, { drift: 'irreconcilable', differences: ['the database lacks product.price'] })), true).evidence).toContain('the database lacks product.price');
});
