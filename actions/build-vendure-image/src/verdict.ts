import type { ActionResult } from '@vendure-deploy/shared/action';
import type { ImageLookup } from '@vendure-deploy/shared/providers/registry';
import { REVISION_LABEL } from './buildx.ts';
import type { Built } from './docker.ts';

export interface ImageOutputs extends Record<string, string> {
  'image-tag': string;
  'image-digest': string;
  source: string;
}

type Result = ActionResult<ImageOutputs>;

export interface Wanted {
  tag: string;
  sha: string;
  /** `host/name`, for messages; never an output. */
  repository: string;
}

/** Before a build: a result ends the action; null means that the image is absent and may be built. */
export function judgeLookup(found: ImageLookup, wanted: Wanted, requirePrebuilt: boolean): Result | null {
  if (found.kind === 'unknown') {
    return failure('registry-unavailable', wanted, `whether ${wanted.repository} has ${wanted.tag} could not be read: ${found.why}. Nothing was built. Check the token, and run it again`, found);
  }
  if (found.kind === 'absent') {
    return requirePrebuilt ? failure('not-prebuilt', wanted, `${wanted.repository} has no ${wanted.tag}, and \`require-prebuilt\` forbids building it here. Build it with the full lane first`, found) : null;
  }
  const label = found.labels[REVISION_LABEL];
  if (label !== wanted.sha) {
    return failure('image-label-mismatch', wanted, `${wanted.repository}:${wanted.tag} says that it was built from ${label ?? 'no commit at all'}, not from ${wanted.sha}. It was not built over; give another \`image-tag\`, or remove that tag`, found);
  }
  return success('reused', 'image-reused', wanted, found.digest, `${wanted.tag} exists and was built from ${wanted.sha}; it is used as it is.`, {});
}

/** After a build: only what the registry shows counts, docker's word is a second witness. */
export function judgeBuilt(built: Built, found: ImageLookup, wanted: Wanted): Result {
  const said = built.timedOut ? 'docker did not end in time' : `docker ended with exit code ${built.exitCode ?? 'none'}`;
  if (found.kind === 'unknown') return { ...failure('image-unproven', wanted, `${said}, and ${wanted.tag} could not be read back: ${found.why}. Run it again: an image that is there is reused`, found), decision: 'unknown' };
  if (found.kind === 'absent') return failure(built.exitCode === 0 ? 'image-unproven' : 'image-build-failed', wanted, `${said}, and ${wanted.repository} has no ${wanted.tag}. The end of docker's own log above says why`, found);
  const label = found.labels[REVISION_LABEL];
  if (label !== wanted.sha) return failure('image-unproven', wanted, `${said}, and ${wanted.tag} in the registry says that it was built from ${label ?? 'no commit at all'}, not from ${wanted.sha}`, found);
  if (built.digest === null) return failure('image-unproven', wanted, `${said} without naming the digest that it pushed. ${wanted.tag} names ${found.digest}. Run it again: the image that is there is reused`, found);
  if (built.digest !== found.digest) return failure('image-unproven', wanted, `docker pushed ${built.digest}, but ${wanted.tag} names ${found.digest}: somebody else pushes the same tag. Run it again`, found);
  return success('built', 'image-built', wanted, found.digest, `${wanted.tag} was built from ${wanted.sha}, pushed, and read back as ${found.digest}.`, { attempts: built.attempts });
}

function success(source: 'reused' | 'built', reasonCode: 'image-reused' | 'image-built', wanted: Wanted, digest: string, message: string, more: Record<string, unknown>): Result {
  return {
    decision: 'done', reasonCode, message,
    outputs: { 'image-tag': wanted.tag, 'image-digest': digest, source },
    result: { 'image-tag': wanted.tag, 'image-digest': digest, sha: wanted.sha, source, ...more },
  };
}

export function failure(reasonCode: ActionResult<ImageOutputs>['reasonCode'], wanted: Wanted, sentence: string, found: ImageLookup | null): Result {
  return {
    decision: 'failed', reasonCode,
    message: `build-vendure-image: ${sentence}.`,
    outputs: { 'image-tag': wanted.tag },
    result: { 'image-tag': wanted.tag, sha: wanted.sha, registry: found?.kind ?? 'not-read' },
  };
}
