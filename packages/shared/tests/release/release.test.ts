import { expect, test } from '@jest/globals';
import { formatImageReference, judgeVerdict, parseImageReference, parseSha, shortSha, slaClock, type Observed, type Probed, type SurfaceReading } from '@vendure-deploy/shared/release';

const [old, wanted, other] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];
const serves = (sha: string | null): Observed => (sha === wanted ? { kind: 'confirmed', sha } : { kind: 'stale', sha });
const unread: Observed = { kind: 'unknown', why: 'HTTP 000' };
const mixed: Observed = { kind: 'stale', sha: old, mixed: [old, wanted] };
const unreadBefore = (observed: Observed): SurfaceReading => ({ intended: wanted, observed });
const from = (before: string | null, observed: Observed): SurfaceReading => ({ before, intended: wanted, observed });

test.each([
  // vendure                              dashboard                        verdict
  [from(old, serves(wanted)), from(old, serves(wanted)), 'deployed'],
  [from(old, serves(wanted)), from(wanted, serves(wanted)), 'deployed'],
  [from(null, serves(wanted)), undefined, 'deployed'],
  [from(wanted, serves(wanted)), from(wanted, serves(wanted)), 'unchanged'],
  [from(old, serves(wanted)), from(old, serves(old)), 'partial'],
  [from(old, serves(old)), from(old, serves(old)), 'failed-before-switch'],
  [from(old, serves(old)), from(wanted, serves(wanted)), 'failed-before-switch'],
  [from(null, serves(null)), undefined, 'failed-before-switch'],
  [from(old, mixed), from(old, serves(old)), 'failed-after-switch'],
  [from(old, serves(other)), from(old, serves(old)), 'failed-after-switch'],
  [from(old, serves(null)), undefined, 'failed-after-switch'],
  [from(old, { kind: 'confirmed', sha: old }), undefined, 'failed-before-switch'],
  [from(old, serves(wanted)), from(old, unread), 'unknown'],
  [from(old, serves(old)), from(old, unread), 'unknown'],
  [unreadBefore(serves(old)), from(old, serves(old)), 'unknown'],
  [unreadBefore(serves(wanted)), from(old, serves(wanted)), 'deployed'],
])('%#: %j and %j → %s', (vendure, dashboard, verdict) => {
  expect(judgeVerdict({ vendure, ...(dashboard === undefined ? {} : { dashboard }) }, 'working')).toBe(verdict);
});

test.each<[string, SurfaceReading, SurfaceReading, Probed, string]>([
  // what serves                       vendure                      dashboard                    probes      verdict
  ['the new, and it does not work',    from(old, serves(wanted)),   from(old, serves(wanted)),   'broken',   'failed-after-switch'],
  ['the new, and nobody probed it',    from(old, serves(wanted)),   from(old, serves(wanted)),   'unprobed', 'deployed'],
  ['what served before, and it does not work', from(wanted, serves(wanted)), from(wanted, serves(wanted)), 'broken', 'failed-before-switch'],
  ['what served before, unprobed',     from(wanted, serves(wanted)), from(wanted, serves(wanted)), 'unprobed', 'unchanged'],
  ['half of the new, and it does not work', from(old, serves(wanted)), from(old, serves(old)),   'broken',   'partial'],
  ['nobody knows what',                from(old, serves(wanted)),   from(old, unread),           'broken',   'unknown'],
])('%s: %#', (_, vendure, dashboard, probed, verdict) => {
  expect(judgeVerdict({ vendure, dashboard }, probed)).toBe(verdict);
});

test.each([
  ['registry.fly.io/shop:sha-1@sha256:' + 'a'.repeat(64), { registry: 'registry.fly.io', name: 'shop', tag: 'sha-1', digest: `sha256:${'a'.repeat(64)}` }],
  ['localhost:5000/a/b__c', { registry: 'localhost:5000', name: 'a/b__c', tag: null, digest: null }],
  ['docker://registry.fly.io/shop', null],
  ['registry.fly.io/Shop:x', null],
  ['shop:latest', null],
  [`r.io/a:${'t'.repeat(129)}`, null],
  ['r.io/a@sha256:abc', null],
])('the image reference %s', (text, reference) => {
  const parsed = parseImageReference(text);
  expect(parsed).toEqual(reference);
  if (parsed !== null) expect(formatImageReference(parsed)).toBe(text);
});

test('a SHA is forty lower-case hexadecimal digits', () => {
  expect([parseSha(wanted), parseSha('ABC'), parseSha(wanted.toUpperCase()), shortSha(wanted)]).toEqual([wanted, null, null, 'bbbbbbb']);
});

test('a breach of the SLA is read, with what no phase accounts for', () => {
  const clock = slaClock({ budgetSeconds: 10, startedAtMs: 1_000 });
  expect(clock.read(9_000)).toMatchObject({ seconds: 8, remainingSeconds: 2, status: 'met' });
  expect(clock.read(12_000, [{ phase: 'fly-deploy', seconds: 7 }])).toMatchObject({ seconds: 11, remainingSeconds: -1, status: 'breached', betweenSeconds: 4 });
});
