import type { ImageLookup } from '@vendure-deploy/shared/providers/registry';
import type { Finding } from '../check.ts';

// OCI image spec, "Pre-Defined Annotation Keys".
const REVISION = 'org.opencontainers.image.revision';

/** Whose image the tag of the commit is, where there is one already. Pure; the image phase proves it once more. */
export function judgeImage(lookup: ImageLookup, { reference, sha }: { readonly reference: string; readonly sha: string }): Finding {
  switch (lookup.kind) {
    case 'absent': return { status: 'ok', evidence: `there is no ${reference} yet: it will be copied or built`, next: '', data: { state: 'absent' } };
    case 'unusable': return { status: 'failed', evidence: `${reference} exists, but ${lookup.why}`, next: 'Remove that tag from the registry, so that it is built anew.', data: { state: 'unusable', digest: lookup.digest } };
    case 'unknown': return { status: 'warning', evidence: `whether there is a ${reference} is not known: ${lookup.why}`, next: '', data: { state: 'unknown' } };
    case 'present': {
      const revision = lookup.labels[REVISION] ?? '';
      const data = { state: 'present', digest: lookup.digest, revision };
      if (revision === sha) return { status: 'ok', evidence: `${reference} exists, and its label names the commit`, next: '', data };
      return { status: 'failed', evidence: `${reference} exists, but its label ${REVISION} names ${revision === '' ? 'no commit' : revision}`, next: 'Somebody pushed another image under that tag: find out who, then remove the tag from the registry.', data };
    }
  }
}
