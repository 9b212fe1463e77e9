import { expect, test } from '@jest/globals';
import type { ImageLookup } from '@vendure-deploy/shared/providers/registry';
import { type Built, REVISION_LABEL } from '../src/buildx/index.ts';
import { judgeBuilt, judgeLookup } from '../src/verdict.ts';

const sha = 'a'.repeat(40);
const digest = `sha256:${'1'.repeat(64)}`;
const other = `sha256:${'2'.repeat(64)}`;
const wanted = { tag: `production-${sha}`, sha, repository: 'registry.fly.io/shop-production' };
const present = (revision: string, at = digest): ImageLookup => ({ kind: 'present', digest: at, labels: { [REVISION_LABEL]: revision } });
const absent: ImageLookup = { kind: 'absent' };
const unknown: ImageLookup = { kind: 'unknown', why: 'the registry answered 500' };

test.each<[string, ImageLookup, boolean, string | null]>([
  ['the commit\'s image', present(sha), false, 'image-reused'],
  ['another commit\'s image', present('b'.repeat(40)), false, 'image-label-mismatch'],
  ['an image without label', { kind: 'present', digest, labels: {} }, false, 'image-label-mismatch'],
  ['no image', absent, false, null],
  ['no image, none may be built', absent, true, 'not-prebuilt'],
  ['no answer', unknown, false, 'registry-unavailable'],
  ['no answer, none may be built', unknown, true, 'registry-unavailable'],
])('the registry has %s (%#) → %s', (_name, found, requirePrebuilt, reason) => {
  expect(judgeLookup(found, wanted, requirePrebuilt)?.reasonCode ?? null).toBe(reason);
});

const said = (exitCode: number | null, at: string | null = digest): Built => ({ exitCode, timedOut: false, digest: at, attempts: [], cacheDropped: null });

test.each<[string, Built, string, ImageLookup, string, string]>([
  ['exit 0', said(0), 'what it pushed', present(sha), 'done', 'image-built'],
  ['exit 1 after the push', said(1), 'what it pushed', present(sha), 'done', 'image-built'],
  ['exit 0', said(0), 'nothing', absent, 'failed', 'image-unproven'],
  ['exit 1', said(1, null), 'nothing', absent, 'failed', 'image-build-failed'],
  ['exit 0', said(0), 'another digest', present(sha, other), 'failed', 'image-unproven'],
  ['exit 0', said(0), 'another commit', present('b'.repeat(40)), 'failed', 'image-unproven'],
  ['exit 0 without digest', said(0, null), 'an image', present(sha), 'failed', 'image-unproven'],
  ['exit 0', said(0), 'no answer', unknown, 'unknown', 'image-unproven'],
])('docker said %s, the registry shows %3$s', (_said, built, _shows, found, decision, reason) => {
  expect(judgeBuilt(built, found, wanted)).toMatchObject({ decision, reasonCode: reason });
});

test('no output holds the registry\'s address', () => {
  const ending = judgeLookup(present(sha), wanted, false);
  expect(JSON.stringify([ending?.outputs, ending?.result])).not.toContain('registry.fly.io');
});
