import { expect, test } from '@jest/globals';
import type { ImageLookup } from '@vendure-deploy/shared/providers/registry';
import { type Plan, planFrom, planOwn } from '../src/plan.ts';
import { absent, DIGEST, OTHER_DIGEST, OTHER_SHA, present, SHA, unknown, unusable } from './images.ts';

const staging = { name: 'staging', repository: { host: 'registry.fly.io', name: 'shop-staging' }, reference: `staging-${SHA}`, digest: null, isGiven: false };
const given = { ...staging, name: 'registry.fly.io/shop-staging:v1', reference: 'v1', isGiven: true };
const job = { tag: `production-${SHA}`, sha: SHA, place: 'registry.fly.io/shop-production', environment: 'production', source: staging, requirePrebuilt: false };
const said = (plan: Plan | null): string | null => (plan?.kind === 'end' ? plan.result.reasonCode : (plan?.kind ?? null));

test.each<[string, ImageLookup, string | null, string | null]>([
  // production has              that             staging's tag    what is done; null: others are asked
  ["the commit's image", present(), null, 'image-reused'],
  ["the commit's image", present(), DIGEST, 'image-reused'],
  ["the commit's image", present(), OTHER_DIGEST, 'image-conflict'],
  ["another commit's image", present(OTHER_SHA), null, 'image-label-mismatch'],
  ['an image without label', present(null), null, 'image-label-mismatch'],
  ['an image with a hole', unusable, null, 'image-unusable'],
  ['no answer', unknown, DIGEST, 'registry-unavailable'],
  ['no image', absent, DIGEST, null],
])("production has %s, staging's digest is %3$s → %4$s", (_name, found, elsewhere, expected) => {
  expect(said(planOwn(job, found, elsewhere))).toBe(expected);
});

test.each<[string, ImageLookup | null, boolean, string]>([
  // staging has                                  require-prebuilt
  ["the commit's image", present(), false, 'promote'],
  ["the commit's image", present(), true, 'promote'],
  ["another commit's image", present(OTHER_SHA), false, 'image-label-mismatch'],
  ['an image with a hole', unusable, false, 'image-unusable'],
  ['no answer', unknown, false, 'registry-unavailable'],
  ['no answer', unknown, true, 'registry-unavailable'],
  ['no image', absent, false, 'build'],
  ['no image', absent, true, 'not-prebuilt'],
  ['no place in the configuration', null, false, 'build'],
  ['no place in the configuration', null, true, 'not-prebuilt'],
])('production has none, staging has %s, require-prebuilt %3$s → %4$s', (_name, found, requirePrebuilt, expected) => {
  expect(said(planFrom({ ...job, source: found === null ? null : staging, requirePrebuilt }, found))).toBe(expected);
});

test.each<[string, string | null, ImageLookup, string]>([
  // given                                 what its tag names
  ['by tag', null, present(), 'promote'],
  ['by tag and its digest', DIGEST, present(), 'promote'],
  ['by a tag and a digest that disagree', OTHER_DIGEST, present(), 'image-label-mismatch'],
  ['and not there', null, absent, 'not-prebuilt'],
  ["and another commit's", null, present(OTHER_SHA), 'image-label-mismatch'],
  ['and unreadable', null, unknown, 'registry-unavailable'],
])('an image that is given %s is %4$s', (_name, digest, found, expected) => {
  expect(said(planFrom({ ...job, source: { ...given, digest } }, found))).toBe(expected);
});

test('an image that is given is not taken for another that production has: the operator asked for it', () => {
  expect(said(planOwn({ ...job, source: given }, present(), OTHER_DIGEST))).toBe('image-conflict');
  expect(planOwn({ ...job, source: given }, present(), OTHER_DIGEST)).toMatchObject({ result: { decision: 'failed' } });
  expect(planOwn(job, present(), OTHER_DIGEST)).toMatchObject({ result: { decision: 'done', result: { 'other-digest': OTHER_DIGEST } } });
});

test('absent and unknown have sentences of their own', () => {
  const sentence = (plan: Plan | null): string => (plan?.kind === 'end' ? plan.result.message : '');
  expect(sentence(planFrom({ ...job, requirePrebuilt: true }, absent))).toBe(`build-vendure-image: registry.fly.io/shop-production has no production-${SHA}, and staging has no image of that commit either; \`require-prebuilt\` forbids building it here. Build it first: deploy the commit to staging, or run the full lane.`);
  expect(sentence(planFrom({ ...job, requirePrebuilt: true }, unknown))).toBe(`build-vendure-image: whether registry.fly.io/shop-staging:staging-${SHA} exists could not be read: the registry answered 500. That is no proof that it does not, so nothing was built. Run it again.`);
});
