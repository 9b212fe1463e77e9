import { describe, expect, test } from '@jest/globals';
import { type Attempt, judge, judgeAnchor } from '../src/deploy/judge.ts';
import type { LiveReading, Observed } from '../src/deploy/observe.ts';
import type { Plan } from '../src/deploy/plan.ts';

const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);
const plan: Plan = { environment: 'production', surface: 'dashboard', others: ['vendure', 'storefront'], worker: 'shop-dashboard', sha: NEW, account: '0123, by `cloudflare-account-id`', workflow: 'deploy-production.yml' };

const version = (versionId: string, tag: string | null): LiveReading => ({ kind: 'live', deploymentId: `deployment-of-${versionId}`, versionId, tag });
const LIVE = {
  new: version('v-new', NEW),
  old: version('v-old', OLD),
  'another one': version('v-other', 'c'.repeat(40)),
  'an untagged one': version('v-secret', null),
  'a split': { kind: 'split', deploymentId: 'd', versions: [{ id: 'v-new', percentage: 10 }, { id: 'v-old', percentage: 90 }] },
  nothing: { kind: 'absent' },
  unreadable: { kind: 'unreadable', why: 'Cloudflare answered HTTP 500' },
} as const satisfies Record<string, LiveReading>;
const PUBLIC = {
  new: { kind: 'serves', sha: NEW, versionId: 'v-new', header: 'v-new' },
  old: { kind: 'serves', sha: OLD, versionId: 'v-old', header: 'v-old' },
  'the new commit, the old version': { kind: 'serves', sha: NEW, versionId: 'v-old', header: 'v-old' },
  'the new commit, two version ids': { kind: 'serves', sha: NEW, versionId: 'v-new', header: 'v-old' },
  'the new commit, no version id': { kind: 'serves', sha: NEW, versionId: null, header: null },
  'HTTP 500': { kind: 'unreadable', why: 'HTTP 500 from https://dashboard.shop.example/__version' },
  nothing: { kind: 'unreachable', why: 'connection refused' },
} as const satisfies Record<string, Observed['public']>;

type Live = keyof typeof LIVE;
type Public = keyof typeof PUBLIC;
const look = (live: Live, answered: Public): Observed => ({ live: LIVE[live], public: PUBLIC[answered] });
const exit = (exitCode: number | null, change: Partial<Attempt> = {}): Attempt => ({ exitCode, timedOut: false, cancelled: false, versionId: exitCode === 0 ? 'v-new' : null, firstError: '', mended: null, ...change });

test.each<[string, Attempt, Live, Public, string, string]>([
  // wrangler                      it said               Cloudflare         the public gets                     decision   reason-code
  ['exit 0',                       exit(0),              'new',             'new',                              'done',    'deployed'],
  ['exit 1',                       exit(1),              'new',             'new',                              'partial', 'live-with-trigger-failure'],
  ['a lost reply',                 exit(1),              'new',             'new',                              'partial', 'live-with-trigger-failure'],
  ['exit 1, mended',               exit(1, { mended: true }),  'new',       'new',                              'done',    'deployed'],
  ['exit 1, not to be mended',     exit(1, { mended: false }), 'new',       'new',                              'partial', 'live-with-trigger-failure'],
  ['exit 1, mended, old answers',  exit(1, { mended: true }),  'new',       'old',                              'failed',  'mixed'],
  ['no end in time',               exit(null, { timedOut: true }), 'new',   'new',                              'partial', 'live-with-trigger-failure'],
  ['exit 1',                       exit(1),              'old',             'old',                              'failed',  'not-deployed'],
  ['exit 0',                       exit(0),              'old',             'old',                              'failed',  'not-deployed'],
  ['exit 0',                       exit(0),              'new',             'old',                              'failed',  'mixed'],
  ['exit 0',                       exit(0),              'new',             'the new commit, the old version',  'failed',  'mixed'],
  ['exit 0',                       exit(0),              'new',             'the new commit, two version ids',  'failed',  'mixed'],
  ['exit 0',                       exit(0),              'new',             'the new commit, no version id',    'failed',  'mixed'],
  ['exit 0',                       exit(0),              'new',             'HTTP 500',                         'unknown', 'serves-unproven'],
  ['exit 0',                       exit(0),              'new',             'nothing',                          'unknown', 'serves-unproven'],
  ['exit 0',                       exit(0),              'unreadable',      'new',                              'unknown', 'serves-unproven'],
  ['exit 0',                       exit(0),              'another one',     'old',                              'failed',  'mixed'],
  ['exit 0',                       exit(0),              'an untagged one', 'old',                              'failed',  'mixed'],
  ['exit 0',                       exit(0),              'a split',         'new',                              'failed',  'mixed'],
  ['exit 1',                       exit(1),              'nothing',         'nothing',                          'failed',  'mixed'],
  ['a cancel',                     exit(null, { cancelled: true }), 'old',  'old',                              'unknown', 'cancelled'],
  ['a cancel',                     exit(null, { cancelled: true }), 'new',  'new',                              'unknown', 'cancelled'],
])('after %s (%#), Cloudflare: %3$s, the public: %4$s', (_, attempt, live, answered, decision, reasonCode) => {
  expect(judge(plan, look('old', 'old'), attempt, look(live, answered))).toMatchObject({ decision, reasonCode });
});

test('a first deployment that brought nothing leaves nothing', () => {
  expect(judge(plan, look('nothing', 'nothing'), exit(1), look('nothing', 'nothing'))).toMatchObject({ decision: 'failed', reasonCode: 'not-deployed' });
});

test('redeploying the commit that serves needs another version, not just the commit', () => {
  const anchor: Observed = { live: version('v-old', NEW), public: { kind: 'serves', sha: NEW, versionId: 'v-old', header: 'v-old' } };
  expect(judge(plan, anchor, exit(1), anchor)).toMatchObject({ reasonCode: 'not-deployed' });
  expect(judge(plan, anchor, exit(0), look('new', 'new'))).toMatchObject({ reasonCode: 'deployed' });
});

test.each<[Live, Public, boolean, string | null]>([
  // Cloudflare      the public gets                     redeploy  reason-code; null: deploy
  ['new',             'new',                             false,    'already-serves'],
  ['new',             'new',                             true,     null],
  ['new',             'old',                             false,    null],
  ['new',             'the new commit, the old version', false,    null],
  ['new',             'the new commit, no version id',   false,    null],
  ['an untagged one', 'new',                             false,    null],
  ['old',             'old',                             false,    null],
  ['nothing',         'nothing',                         false,    null],
  ['a split',         'new',                             true,     'deployment-split'],
  ['unreadable',      'new',                             true,     'anchor-unreadable'],
])('before: Cloudflare %s, the public %s, redeploy %s → %s', (live, answered, redeploy, reasonCode) => {
  expect(judgeAnchor(plan, look(live, answered), redeploy)?.reasonCode ?? null).toBe(reasonCode);
});

describe('a Worker to which only its lane leads', () => {
  const hidden = (live: Live): Observed => ({ live: look(live, 'nothing').live, public: { kind: 'hidden', why: 'only its lane leads to it' } });

  test.each<[string, Attempt, Live, string, string]>([
    // wrangler          the attempt                  Cloudflare says    decision   reason-code
    ['exit 0',           exit(0),                     'new',             'done',    'deployed'],
    ['exit 1, mended',   exit(1, { mended: true }),   'new',             'done',    'deployed'],
    ['exit 1',           exit(1, { mended: false }),  'new',             'partial', 'live-with-trigger-failure'],
    ['exit 0',           exit(0),                     'old',             'failed',  'not-deployed'],
    ['exit 0',           exit(0),                     'an untagged one', 'failed',  'mixed'],
    ['exit 0',           exit(0),                     'unreadable',      'unknown', 'serves-unproven'],
  ])('after %s (%#), Cloudflare: %3$s: what is live decides', (_, attempt, live, decision, reasonCode) => {
    expect(judge(plan, hidden('old'), attempt, hidden(live))).toMatchObject({ decision, reasonCode });
  });

  test.each<[Live, boolean, string | null]>([
    ['new', false, 'already-serves'],
    ['new', true, null],
    ['old', false, null],
    ['nothing', false, null],
  ])('before: Cloudflare %s, redeploy %s → %s', (live, redeploy, reasonCode) => {
    expect(judgeAnchor(plan, hidden(live), redeploy)?.reasonCode ?? null).toBe(reasonCode);
  });
});

test('a failure names what serves, why, and the next command', () => {
  const { message } = judge(plan, look('old', 'old'), exit(1, { firstError: 'Could not find zone for `shop.example`.' }), look('old', 'old'));
  expect(message).toBe(
    `The Dashboard serves aaaaaaa (old). Wrangler ended with exit code 1, and version v-old (aaaaaaa) is live, as before. Its first error: Could not find zone for \`shop.example\`. Deploy it alone:  gh workflow run deploy-production.yml -f ref=${NEW} -f vendure=false -f storefront=false`,
  );
});

test('after a switch that is not proven, the way back is by the version of before', () => {
  expect(judge(plan, look('old', 'old'), exit(0), look('new', 'HTTP 500')).message).toContain('or go back:  wrangler versions deploy v-old@100% -y --name shop-dashboard');
});

test('what serves but failed afterwards is tried again with redeploy, since it would be skipped otherwise', () => {
  expect(judge(plan, look('old', 'old'), exit(1), look('new', 'new')).message).toContain('-f redeploy=true');
});
