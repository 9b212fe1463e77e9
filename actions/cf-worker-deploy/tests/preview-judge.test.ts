import { expect, test } from '@jest/globals';
import type { Attempt } from '../src/deploy/judge.ts';
import type { LiveReading, Observed } from '../src/deploy/observe.ts';
import { judgeBefore, judgePreview, type Subject } from '../src/preview/judge.ts';
import { judgeRemoval, type Presence } from '../src/preview/remove.ts';

const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);
const URL = 'https://shop-pr-12.shop-example.workers.dev';
const subject: Subject = { surface: 'storefront', pullRequest: 12, worker: 'shop-pr-12', sha: NEW, url: URL, again: 'gh run rerun 1001' };
const version = (versionId: string, tag: string | null): LiveReading => ({ kind: 'live', deploymentId: 'd', versionId, tag });
const LIVE = { new: version('v-new', NEW), old: version('v-old', OLD), other: version('v-other', 'c'.repeat(40)), nothing: { kind: 'absent' }, unreadable: { kind: 'unreadable', why: 'Cloudflare answered HTTP 500' } } as const satisfies Record<string, LiveReading>;
const PUBLIC = {
  new: { kind: 'serves', sha: NEW, versionId: 'v-new', header: 'v-new' }, old: { kind: 'serves', sha: OLD, versionId: 'v-old', header: 'v-old' },
  'HTTP 404': { kind: 'unreadable', why: `HTTP 404 from ${URL}/__version` }, nothing: { kind: 'unreachable', why: 'connection refused' },
} as const satisfies Record<string, Observed['public']>;
const look = (live: keyof typeof LIVE, answered: keyof typeof PUBLIC): Observed => ({ live: LIVE[live], public: PUBLIC[answered] });
const exit = (exitCode: number | null, change: Partial<Attempt> = {}): Attempt => ({ exitCode, timedOut: false, cancelled: false, versionId: exitCode === 0 ? 'v-new' : null, firstError: '', mended: null, ...change });

test.each<[keyof typeof LIVE, keyof typeof PUBLIC, boolean, string]>([
  // Cloudflare   its address   redeploy
  ['nothing',     'HTTP 404',   false, 'goes on'],
  ['old',         'old',        false, 'goes on'],
  ['new',         'new',        false, 'skipped already-serves'],
  ['new',         'new',        true,  'goes on'],
  ['new',         'old',        false, 'goes on'],
  ['new',         'HTTP 404',   false, 'goes on'],
  ['unreadable',  'new',        false, 'failed anchor-unreadable'],
])('before: Cloudflare %s, the address %s, redeploy %j: %s', (live, answered, redeploy, expected) => {
  const judged = judgeBefore(subject, look(live, answered), redeploy);
  expect(judged === null ? 'goes on' : `${judged.decision} ${judged.reasonCode}`).toBe(expected);
});

test.each<[string, Attempt, Observed, Observed, string]>([
  // wrangler           it said                            before                       read back                    verdict
  ['the first one',     exit(0),                           look('nothing', 'HTTP 404'), look('new', 'new'),          'done preview-serves'],
  ['another commit',    exit(0),                           look('old', 'old'),          look('new', 'new'),          'done preview-serves'],
  ['a lost reply',      exit(1),                           look('old', 'old'),          look('new', 'new'),          'done preview-serves'],
  ['no end in time',    exit(null, { timedOut: true }),    look('old', 'old'),          look('new', 'new'),          'done preview-serves'],
  ['exit 1',            exit(1),                           look('nothing', 'HTTP 404'), look('nothing', 'HTTP 404'), 'failed not-deployed'],
  ['exit 0, a lie',     exit(0),                           look('old', 'old'),          look('old', 'old'),          'failed not-deployed'],
  ['no address',        exit(1),                           look('nothing', 'HTTP 404'), look('new', 'HTTP 404'),     'unknown serves-unproven'],
  ['the old answers',   exit(0),                           look('old', 'old'),          look('new', 'old'),          'failed mixed'],
  ['another run',       exit(0),                           look('old', 'old'),          look('other', 'old'),        'failed mixed'],
  ['no reading',        exit(0),                           look('old', 'old'),          look('unreadable', 'new'),   'unknown serves-unproven'],
  ['a cancel',          exit(null, { cancelled: true }),   look('old', 'old'),          look('new', 'new'),          'unknown cancelled'],
])('after %s', (_, attempt, before, observed, verdict) => {
  const { decision, reasonCode, message } = judgePreview(subject, before, attempt, observed);
  expect(`${decision} ${reasonCode}`).toBe(verdict);
  expect(message).toContain(decision === 'done' ? URL : 'gh run rerun 1001');
});

const there: Presence = { kind: 'there' };
const gone: Presence = { kind: 'gone' };
const unreadable: Presence = { kind: 'unreadable', why: 'HTTP 500' };
test.each<[string, Presence, Presence, string, string]>([
  // what                     before       after        Cloudflare said   verdict
  ['removed',                 there,       gone,        '',               'done preview-removed'],
  ['removed, answer lost',    there,       gone,        'no answer',      'done preview-removed'],
  ['gone already',            gone,        gone,        '',               'skipped preview-removed'],
  ['refused',                 there,       there,       'HTTP 403',       'failed preview-not-removed'],
  ['not read back',           there,       unreadable,  '',               'unknown preview-not-removed'],
  ['not read at all',         unreadable,  unreadable,  '',               'failed anchor-unreadable'],
])('%s', (_, before, after, refusal, verdict) => {
  const { decision, reasonCode, message } = judgeRemoval({ worker: 'shop-pr-12' }, { before, after, refusal, again: 'gh run rerun 1001' });
  expect(`${decision} ${reasonCode}`).toBe(verdict);
  expect(message).toContain('shop-pr-12');
  expect(message).toContain(refusal === '' || after.kind === 'gone' ? '' : refusal);
});
