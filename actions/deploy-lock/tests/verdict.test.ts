import { expect, test } from '@jest/globals';
import type { Holder, LockState, RunReleased } from '@vendure-deploy/shared/lock';
import { judgeAcquired, judgeReading, judgeReleased, type About } from '../src/verdict.ts';

const holder: Holder = { kind: 'actions', repo: 'example/shop', run_id: 7, run_attempt: 1, job: 'vendure', url: 'https://github.com/example/shop/actions/runs/7', actor: 'operator', nonce: 'n' };
const laptop: Holder = { kind: 'local', repo: 'example/shop', host: 'laptop', pid: 42, actor: 'colleague', nonce: 'm' };
const state: LockState = { v: 2, seq: 9, state: 'held', env: 'production', hold: 'run', holder, since: '2026-01-01T00:00:00Z', phase: 'dashboard', reason: 'deploy of production', why: 'renew', prev_holder: null };
const about: About = { environment: 'production', repository: 'example/shop', waitSeconds: 5, me: { ...holder, run_id: 8, nonce: 'mine' } };
const FORCE = "gh workflow run deploy-lock.yml -R example/shop -f environment=production -f operation=force -f confirm_environment=production -f reason='why'";

test('a busy lock fails with who holds it, since when, in which phase and where; and how to wait or force', () => {
  const result = judgeAcquired({ kind: 'busy', busy: { holder, state, judgement: { kind: 'holds', why: 'Its run is still active.', freeInMs: null } } }, about);
  expect(result).toMatchObject({ decision: 'failed', reasonCode: 'lock-held-by-another', outputs: { 'held-by': holder.url }, result: { since: '2026-01-01T00:00:00Z', phase: 'dashboard', 'holder-is': 'holding' } });
  expect(result.message).toBe(
    `deploy-lock: production is being deployed by example/shop run 7 attempt 1, job vendure, by @operator (${holder.url}), since 2026-01-01T00:00:00Z, now in dashboard; we waited 5 s. Its run is still active. Nothing was written. `
    + `Look:  gh run view 7 -R example/shop ; wait for it, and run this again; \`wait-seconds\` (5 now) waits longer. Only if you know that it is dead, break it:  ${FORCE}`,
  );
});

test('a laptop that holds is asked, or its lock stolen by the command that is named', () => {
  const { message } = judgeReading({ kind: 'read', sha: 's', tree: 't', state: { ...state, holder: laptop } }, { kind: 'holds', why: 'Quiet.', freeInMs: null }, about);
  expect(message).toContain('Ask @colleague (laptop)');
  expect(message).toContain('-f operation=steal');
});

test('a holder that is about to be dead is waited for by the second', () => {
  const { message, result } = judgeAcquired({ kind: 'busy', busy: { holder, state, judgement: { kind: 'holds', why: 'Ended.', freeInMs: 229_500 } } }, about);
  expect(message).toContain('run this again in 230 s');
  expect(result).toMatchObject({ 'free-in-seconds': 230 });
});

test.each<[string, 'unknown' | 'denied' | 'foreign', string, string]>([
  ['what could not be learnt is unknown, never done', 'unknown', 'unknown', 'lock-unknown'],
  ['what the token may not is said', 'denied', 'failed', 'lock-denied'],
  ['what is not ours is left alone', 'foreign', 'failed', 'lock-foreign'],
])('%s', (_, kind, decision, reasonCode) => {
  const none = { kind, why: 'because' };
  expect(judgeAcquired(none, about)).toMatchObject({ decision, reasonCode });
  expect(judgeReleased(none, about)).toMatchObject({ decision, reasonCode });
  expect(judgeReading(none, null, about)).toMatchObject({ decision, reasonCode });
});

test.each<[RunReleased, string]>([
  [{ kind: 'kept', freeInMs: 1 }, 'lock-held'],
  [{ kind: 'was-free' }, 'lock-free'],
  [{ kind: 'lost', holder, state }, 'lock-held-by-another'],
])('releasing what is free or another\'s changes nothing and does not fail: %j', (released, reasonCode) => {
  expect(judgeReleased(released, about)).toMatchObject({ decision: 'skipped', reasonCode });
});
