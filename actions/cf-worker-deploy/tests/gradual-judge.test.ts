import { expect, test } from '@jest/globals';
import type { Observed } from '../src/deploy/observe.ts';
import type { Plan } from '../src/deploy/plan.ts';
import { byHand, type Ended, judgeGradual, judgeReturn } from '../src/gradual/judge.ts';

const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);
const plan: Plan = { environment: 'production', surface: 'dashboard', others: ['vendure', 'storefront'], worker: 'shop-dashboard', sha: NEW, account: '0123', workflow: 'deploy-production.yml' };
const serves = (sha: string, versionId: string): Observed => ({ live: { kind: 'live', deploymentId: 'd', versionId, tag: sha }, public: { kind: 'serves', sha, versionId, header: versionId } });
const old = serves(OLD, 'v-old');
const fresh = serves(NEW, 'v-new');
const through = (triggers: 'set' | 'failed'): Ended => ({ kind: 'through', triggers, firstError: triggers === 'set' ? '' : 'no zone' });
const failed = (because: string, again = false): Ended => ({ kind: 'return-failed', at: 50, why: 'HTTP 500 from /', because, again });

test.each<[string, Ended, Observed, string, string, string]>([
  // what came of it                    how it ended                                                        reads   decision   reason-code                  the next command
  ['all steps, routes set',             through('set'),                                                     fresh,  'done',    'deployed',                  'has all traffic, was watched at every step, and answers.'],
  ['all steps, routes not',             through('failed'),                                                  fresh,  'partial', 'live-with-trigger-failure', '-f redeploy=true'],
  ['no upload',                         { kind: 'not-uploaded', why: 'wrangler could not upload: 10021' },  old,    'failed',  'not-deployed',              'No traffic was shifted. Mend that, then:  gh workflow run'],
  ['no shift',                          { kind: 'not-switched', why: 'it was refused' },                    old,    'failed',  'not-deployed',              'Version v-new is uploaded and gets no traffic.'],
  ['returned',                          { kind: 'returned', at: 10, why: 'HTTP 500 from /' },               old,    'failed',  'returned',                  'Version v-old has all traffic again, and answers.'],
  ['not returned',                      failed('HTTP 500'),                                                 fresh,  'failed',  'return-failed',             'Type it:  wrangler versions deploy v-old@100% -y --name shop-dashboard'],
  ['not returned for secrets',          failed('refused [code: 10220]'),                                    fresh,  'failed',  'return-failed',             'wrangler rollback v-old --name shop-dashboard'],
  ['not returned yet, after a cancel',  failed('no time', true),                                            fresh,  'unknown', 'return-failed',             'the end of this job tries again'],
  ['somebody else',                     { kind: 'drifted', at: 10, why: '', live: 'v-x at 100 %' },         old,    'failed',  'drifted',                   'somebody else changed what is live (v-x at 100 %); it was left so.'],
  ['somebody else, before the first',   { kind: 'drifted', at: null, why: '', live: '' },                   old,    'failed',  'drifted',                   'Before traffic was shifted somebody else changed what is live (nothing is)'],
])('%s: %3$s, %4$s', (_, ended, observed, decision, reasonCode, next) => {
  const judged = judgeGradual(plan, { old: 'v-old', fresh: 'v-new' }, ended, observed);
  expect(judged).toMatchObject({ decision, reasonCode });
  expect(judged.message).toContain(next);
});

test.each<[Parameters<typeof judgeReturn>[2], string, string]>([
  [{ kind: 'returned' },                           'done',    'returned'],
  [{ kind: 'unchanged' },                          'skipped', 'unchanged'],
  [{ kind: 'drifted', live: 'v-x at 100 %' },      'failed',  'drifted'],
  [{ kind: 'return-failed', why: 'HTTP 500' },     'failed',  'return-failed'],
])('operation return, %j: %s, %s', (ended, decision, reasonCode) => {
  expect(judgeReturn(plan, { id: 'v-old', sha: OLD }, ended)).toMatchObject({ decision, reasonCode });
});

test('a way back that Cloudflare refuses for secrets is never one that forces', () => {
  expect(byHand(plan, 'v-old', 'A request failed. [code: 10220]')).not.toContain('-y');
});
