import type { ImageLookup, PresentImage } from '@vendure-deploy/shared/providers/registry';
import { REVISION_LABEL } from './buildx/index.ts';
import type { Job } from './job.ts';
import { failure, type Result, reused } from './verdict.ts';

export type Plan =
  | { readonly kind: 'end'; readonly result: Result }
  | { readonly kind: 'promote'; readonly image: PresentImage }
  | { readonly kind: 'build' };

type Asked = Pick<Job, 'tag' | 'sha' | 'place' | 'environment' | 'source' | 'requirePrebuilt'>;

/**
 * By what this environment's own tag names; null: there is no image, and others may be asked.
 * @param elsewhere the digest that the source's tag names; null where that is not known
 */
export function planOwn(job: Asked, found: ImageLookup, elsewhere: string | null): Plan | null {
  if (found.kind === 'absent') return null;
  const fault = faultOf(found, job, `${job.place}:${job.tag}`);
  if (fault !== null || found.kind !== 'present') return fault;
  const differs = elsewhere !== null && elsewhere !== found.digest;
  if (differs && job.source?.isGiven === true) {
    return end(failure('image-conflict', job, `input \`image\` names ${elsewhere}, but ${job.tag} names ${found.digest} already; neither was touched. Give that image with another \`image-tag\`, or leave \`image\` empty to use what is there`, found));
  }
  return end(reused(job, found, differs ? elsewhere : null));
}

/** By what the source has, once this environment has no image. null: there is no source. */
export function planFrom(job: Asked, found: ImageLookup | null): Plan {
  const { source, place, tag, requirePrebuilt } = job;
  if (found === null || source === null || found.kind === 'absent') {
    if (source?.isGiven === true) return end(failure('not-prebuilt', job, `input \`image\` is ${source.name}, which the registry does not have. Give one that is there`, found));
    const also = source === null ? '' : `, and ${source.name} has no image of that commit either`;
    return requirePrebuilt ? end(failure('not-prebuilt', job, `${place} has no ${tag}${also}; \`require-prebuilt\` forbids building it here. Build it first: deploy the commit to ${source?.name ?? 'another environment'}, or run the full lane`, found)) : { kind: 'build' };
  }
  const fault = faultOf(found, job, nameOf(source));
  if (fault !== null || found.kind !== 'present') return fault ?? { kind: 'build' };
  if (source.digest !== null && source.digest !== found.digest) {
    return end(failure('image-label-mismatch', job, `input \`image\` is ${source.name}, but that tag names ${found.digest}. Give the tag or the digest alone, whichever is meant`, found));
  }
  return { kind: 'promote', image: found };
}

/** What must not be used, and not be built over. null: it is the commit's image, or there is none. */
function faultOf(found: ImageLookup, job: Asked, name: string): Plan | null {
  switch (found.kind) {
    case 'absent': return null;
    case 'unknown': return end(failure('registry-unavailable', job, `whether ${name} exists could not be read: ${found.why}. That is no proof that it does not, so nothing was built. ${found.cause === 'refused' ? 'Check the token' : 'Run it again'}`, found));
    case 'unusable': return end(failure('image-unusable', job, `${name} exists, but ${found.why}. It was not built over: remove that tag, or give another \`image-tag\``, found));
    case 'present': {
      const label = found.labels[REVISION_LABEL];
      return label === job.sha ? null : end(failure('image-label-mismatch', job, `${name} says that it was built from ${label ?? 'no commit at all'}, not from ${job.sha}. It was not built over; give another \`image-tag\`, or remove that tag`, found));
    }
  }
}

function nameOf({ repository, reference }: NonNullable<Asked['source']>): string {
  return `${repository.host}/${repository.name}${reference.includes(':') ? '@' : ':'}${reference}`;
}

function end(result: Result): Plan {
  return { kind: 'end', result };
}
