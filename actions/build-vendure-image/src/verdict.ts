import type { ActionResult, ReasonCode } from '@vendure-deploy/shared/action';
import type { CopyResult, ImageLookup, PresentImage } from '@vendure-deploy/shared/providers/registry';
import { type Attempt, type Built, REVISION_LABEL } from './buildx/index.ts';
import { healed } from './healed.ts';
import type { Job } from './job.ts';
import type { outputs } from './outputs.ts';

export type Result = ActionResult<typeof outputs>;
type Wanted = Pick<Job, 'tag' | 'sha' | 'place'>;

/** @param other digest of another environment's image of the same commit, when it is another */
export function reused(wanted: Wanted, image: PresentImage, other: string | null): Result {
  return other === null
    ? success('reused', 'image-reused', wanted, image, `${wanted.tag} exists and was built from ${wanted.sha}; it is used as it is.`)
    : success('reused', 'image-conflict', wanted, image, `${wanted.tag} exists and was built from ${wanted.sha}; it is used as it is. The image that would be copied has another digest (${other}): the commit was built twice.`, { 'other-digest': other });
}

/** After a copy: what was read back counts. */
export function judgeCopy(copied: CopyResult, image: PresentImage, wanted: Wanted, from: string): Result {
  const found: ImageLookup = image;
  switch (copied.kind) {
    case 'copied': return success('promoted', 'image-promoted', wanted, image, `${wanted.tag} was copied from ${from}'s image of ${wanted.sha}, and read back as ${copied.digest}; ${wayOf(copied)}.`);
    case 'moved': return failure('image-conflict', wanted, `meanwhile somebody else pushed ${wanted.tag} as ${copied.digest}; it was not written over. Run it again: the image that is there is looked at`, found);
    case 'failed': return failure('image-copy-failed', wanted, `${from}'s image of ${wanted.sha} could not be copied: ${copied.why}. ${wanted.tag} was not written. Run it again`, found);
    case 'unproven': return { ...failure('image-unproven', wanted, `${wanted.tag} was written, and could not be read back: ${copied.why}. Run it again: an image that is there is reused`, found), decision: 'unknown' };
  }
}

function wayOf({ count: { blobs, bytes } }: CopyResult): string {
  const streamed = blobs.streamed === 0 ? 'no byte of a layer went through this job' : `${blobs.streamed} layers (${Math.ceil(bytes.streamed / 1e6)} MB) went through this job`;
  return `${blobs.mounted} of ${blobs.mounted + blobs.streamed + blobs.existed} layers mounted, ${streamed}`;
}

/** After a build: only what the registry shows counts, docker's word is a second witness. */
export function judgeBuilt(built: Built, found: ImageLookup, wanted: Wanted): Result {
  const said = sentenceOf(built);
  const last = built.attempts.at(-1);
  const label = found.kind === 'present' ? found.labels[REVISION_LABEL] : undefined;
  if (found.kind === 'unknown') return { ...failure('image-unproven', wanted, `${said}, and ${wanted.tag} could not be read back: ${found.why}. Run it again: an image that is there is reused`, found), decision: 'unknown' };
  if (found.kind === 'absent') return built.exitCode === 0 ? failure('image-unproven', wanted, `${said}, and ${wanted.place} has no ${wanted.tag}. Run it again`, found) : unbuilt(last, said, wanted, found);
  if (found.kind === 'unusable') return failure('image-unproven', wanted, `${said}, but ${found.why}. Remove the tag and run it again`, found);
  if (label !== wanted.sha) return failure('image-unproven', wanted, `${said}, and ${wanted.tag} in the registry says that it was built from ${label ?? 'no commit at all'}, not from ${wanted.sha}`, found);
  if (built.digest === null) return failure('image-unproven', wanted, `${said} without naming the digest that it pushed. ${wanted.tag} names ${found.digest}. Run it again: the image that is there is reused`, found);
  if (built.digest !== found.digest) return failure('image-unproven', wanted, `docker pushed ${built.digest}, but ${wanted.tag} names ${found.digest}: somebody else pushes the same tag. Run it again`, found);
  return { ...success('built', 'image-built', wanted, found, `${wanted.tag} was built from ${wanted.sha}, pushed, and read back as ${found.digest}.`, { attempts: built.attempts.length }), notes: healed(built.attempts) };
}

function unbuilt(last: Attempt | undefined, said: string, wanted: Wanted, found: ImageLookup): Result {
  const telling = last === undefined || last.said === '' ? '' : ` (${last.said})`;
  switch (last?.ended) {
    case 'app-missing': return appMissing(wanted, found);
    case 'no-space': return failure('image-build-failed', wanted, `${said}: the disk is full${telling}. Free some, for instance with  docker system prune  , and run it again`, found);
    case 'push-failed-transient': return failure('image-push-failed', wanted, `the image was built, but the registry did not take it in ${last === undefined ? 1 : 'any of the'} attempts${telling}. Run it again: what was built is in docker's cache`, found);
    case 'push-failed-permanent': return failure('image-push-failed', wanted, `the image was built, but the registry refuses it${telling}. Check that the token may push to ${wanted.place}`, found);
    default: return failure('image-build-failed', wanted, `${said}, and ${wanted.place} has no ${wanted.tag}${telling}. The end of docker's own log above says why`, found);
  }
}

/** Fly's registry has a repository only while its app exists. */
export function appMissing(wanted: Wanted, found: ImageLookup | null): Result {
  const app = wanted.place.split('/').at(-1) ?? '';
  return failure('app-not-found', wanted, `Fly has no app "${app}" that this token reaches, so its registry has no repository of that name. Create the app:  fly apps create ${app}  , or make a token of it:  fly tokens create deploy -a ${app}`, found);
}

function sentenceOf({ timedOut, exitCode }: Built): string {
  return timedOut ? 'docker did not end in time' : `docker ended with exit code ${exitCode ?? 'none'}`;
}

type Source = 'reused' | 'promoted' | 'built';

function success(source: Source, reasonCode: ReasonCode, wanted: Wanted, image: PresentImage, message: string, more: Record<string, unknown> = {}): Result {
  return {
    decision: 'done', reasonCode, message,
    outputs: { 'image-tag': wanted.tag, 'image-digest': image.digest, 'platform-digest': image.platformDigest, source },
    result: { 'image-tag': wanted.tag, 'image-digest': image.digest, 'platform-digest': image.platformDigest, sha: wanted.sha, source, ...more },
  };
}

/** @param sentence without the full stop */
export function failure(reasonCode: ReasonCode, wanted: Wanted, sentence: string, found: ImageLookup | null): Result {
  return {
    decision: 'failed', reasonCode,
    message: `build-vendure-image: ${sentence}.`,
    outputs: { 'image-tag': wanted.tag },
    result: { 'image-tag': wanted.tag, sha: wanted.sha, registry: found?.kind ?? 'not-read' },
  };
}
