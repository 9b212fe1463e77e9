import { expect, test } from '@jest/globals';
import type { Holder } from '@vendure-deploy/shared/lock';
import { judgeAcquired, judgeReleased } from '../src/verdict.ts';

const holder: Holder = { kind: 'actions', repo: 'example/shop', run_id: 7, run_attempt: 1, job: 'vendure', url: 'https://github.com/example/shop/actions/runs/7', actor: 'operator', nonce: 'n' };
const about = { environment: 'production', holderRun: 'That run is still active.', waitSeconds: 5 };

test('a busy lock fails with the holder, and says that nothing was written', () => {
  const result = judgeAcquired({ kind: 'busy', holder }, about);
  expect(result).toMatchObject({ decision: 'failed', reasonCode: 'lock-held-by-another', outputs: { 'held-by': holder.url } });
  expect(result.message).toMatch(/run 7 .*still active.*Nothing was written/);
});

test('what could not be learnt is unknown, never done', () => {
  expect(judgeAcquired({ kind: 'unknown', why: 'GitHub answered 500' }, about)).toMatchObject({ decision: 'unknown', reasonCode: 'lock-unknown' });
  expect(judgeReleased({ kind: 'unknown', why: 'GitHub answered 500' }, 'production')).toMatchObject({ decision: 'unknown' });
});

test('releasing what is free or another\'s changes nothing and does not fail', () => {
  expect(judgeReleased({ kind: 'was-free' }, 'production')).toMatchObject({ decision: 'skipped', reasonCode: 'lock-free' });
  expect(judgeReleased({ kind: 'foreign', holder }, 'production')).toMatchObject({ decision: 'skipped', reasonCode: 'lock-held-by-another' });
});
