import { expect, test } from '@jest/globals';
import type { CopyResult, ImageLookup } from '@vendure-deploy/shared/providers/registry';
import type { Built, Ended } from '../src/buildx/index.ts';
import { judgeBuilt, judgeCopy, reused } from '../src/verdict.ts';
import { absent, DIGEST, OTHER_DIGEST, OTHER_SHA, present, SHA, unknown, unusable } from './images.ts';

const wanted = { tag: `production-${SHA}`, sha: SHA, place: 'registry.fly.io/shop-production' };
const said = (exitCode: number | null, digest: string | null = DIGEST, ended: Ended = exitCode === 0 ? 'ok' : 'build-failed'): Built =>
  ({ exitCode, timedOut: ended === 'timed-out', digest, attempts: [{ seconds: 1, cache: { from: [], to: [] }, ended, said: 'the telling line' }], cacheDropped: null });

test.each<[string, Built, string, ImageLookup, string, string]>([
  // docker said               the registry shows                               decision   reason
  ['exit 0', said(0), 'what it pushed', present(), 'done', 'image-built'],
  ['exit 1 after the push', said(1), 'what it pushed', present(), 'done', 'image-built'],
  ['exit 0', said(0), 'nothing', absent, 'failed', 'image-unproven'],
  ['exit 1', said(1, null), 'nothing', absent, 'failed', 'image-build-failed'],
  ['exit 1, the disk is full', said(1, null, 'no-space'), 'nothing', absent, 'failed', 'image-build-failed'],
  ['exit 1, the push failed thrice', said(1, null, 'push-failed-transient'), 'nothing', absent, 'failed', 'image-push-failed'],
  ['exit 1, the push was refused', said(1, null, 'push-failed-permanent'), 'nothing', absent, 'failed', 'image-push-failed'],
  ['exit 1, there is no such app', said(1, null, 'app-missing'), 'nothing', absent, 'failed', 'app-not-found'],
  ['nothing in time', said(null, null, 'timed-out'), 'nothing', absent, 'failed', 'image-build-failed'],
  ['exit 0', said(0), 'another digest', present(SHA, OTHER_DIGEST), 'failed', 'image-unproven'],
  ['exit 0', said(0), 'another commit', present(OTHER_SHA), 'failed', 'image-unproven'],
  ['exit 0', said(0), 'an image with a hole', unusable, 'failed', 'image-unproven'],
  ['exit 0 without digest', said(0, null), 'an image', present(), 'failed', 'image-unproven'],
  ['exit 0', said(0), 'no answer', unknown, 'unknown', 'image-unproven'],
])('docker said %s, the registry shows %3$s → %5$s, %6$s', (_said, built, _shows, found, decision, reason) => {
  expect(judgeBuilt(built, found, wanted)).toMatchObject({ decision, reasonCode: reason });
});

test.each<[string, readonly [Ended, string][], readonly string[]]>([
  ['at once',                [['ok', '']], []],
  ['at the third push',      [['push-failed-transient', 'unknown: app repository not found'], ['push-failed-transient', '503 Service Unavailable.'], ['ok', '']], ['The push failed twice and was tried again (503 Service Unavailable).']],
  ['after four pushes',      [...Array.from({ length: 4 }, (): [Ended, string] => ['push-failed-transient', '']), ['ok', '']], ['The push failed 4 times and was tried again.']],
  ['without a cache',        [['cache-failed', 'failed to configure registry cache'], ['ok', '']], ['The build failed at a cache and was repeated without any (failed to configure registry cache).']],
  ['after it hung',          [['timed-out', ''], ['push-failed-transient', 'x'.repeat(500)], ['ok', '']], [`The push failed once and was tried again (${'x'.repeat(159)}…).`, "The build did not end in time and was repeated without GitHub's cache."]],
  ['although docker says no', [['push-failed-transient', 'EOF'], ['push-failed-transient', 'EOF']], ['The push failed once and was tried again (EOF).']],
])('an image that came %s notes what was tried again', (_, ends, notes) => {
  const attempts = ends.map(([ended, telling]) => ({ seconds: 1, cache: { from: [], to: [] }, ended, said: telling }));
  expect(judgeBuilt({ ...said(0), attempts }, present(), wanted).notes).toEqual(notes.map((what) => ({ kind: 'healed', what })));
  expect(judgeBuilt({ ...said(1, null), attempts }, absent, wanted).notes ?? []).toEqual([]);
});

const count = { blobs: { mounted: 3, streamed: 0, existed: 0 }, bytes: { mounted: 300, streamed: 0, existed: 0 }, manifests: 1 };

test.each<[CopyResult, string, string, RegExp]>([
  [{ kind: 'copied', digest: DIGEST, count }, 'done', 'image-promoted', /read back as sha256:1+; 3 of 3 layers mounted, no byte of a layer went through this job/],
  [{ kind: 'moved', digest: OTHER_DIGEST, count }, 'failed', 'image-conflict', /somebody else pushed .* as sha256:2+; it was not written over/],
  [{ kind: 'failed', why: 'the registry answered 500', count }, 'failed', 'image-copy-failed', /could not be copied: the registry answered 500\. production-a+ was not written/],
  [{ kind: 'unproven', why: 'no answer', count }, 'unknown', 'image-unproven', /was written, and could not be read back: no answer/],
])('a copy that ended as $kind → %2$s, %3$s', (copied, decision, reason, words) => {
  expect(judgeCopy(copied, present(), wanted, 'staging')).toMatchObject({ decision, reasonCode: reason, message: expect.stringMatching(words) });
});

test("no output holds the registry's address", () => {
  const { outputs, result } = reused(wanted, present(), null);
  expect(JSON.stringify([outputs, result])).not.toContain('registry.fly.io');
});
