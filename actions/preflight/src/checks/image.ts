import type { ImageLookup } from '@vendure-deploy/shared/providers/registry';
import type { Finding } from '../check.ts';
import type { Origin } from '../image-source.ts';

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

interface Wanted {
  /** Of the environment's own image, which is not there. */
  readonly reference: string;
  readonly sha: string;
  /** A pending migration may run. */
  readonly migrations: boolean;
  readonly source: { readonly lookup: ImageLookup; readonly reference: string; readonly from: Origin } | null;
}

/** None may be built: is there one to copy? Pure. */
export function judgePrebuilt({ reference, sha, migrations, source }: Wanted): Finding {
  if (source !== null && source.lookup.kind !== 'absent') {
    const found = judgeImage(source.lookup, { reference: source.reference, sha });
    return found.status === 'ok' ? { ...found, evidence: `${found.evidence}: it will be copied to ${reference}`, data: { ...found.data, state: 'elsewhere' } } : found;
  }
  const missing = { status: 'failed', reasonCode: 'not-prebuilt', data: { state: 'missing' } } as const;
  if (source?.from.kind === 'given') return { ...missing, evidence: `input \`image\` is ${source.from.name}, which the registry does not have`, next: 'Give one that is there, or leave it empty to use the image of the commit.' };
  const also = source === null ? '' : `, and ${source.from.name} has no image of that commit either`;
  const builder = source === null ? '' : `  gh workflow run deploy-${source.from.name}.yml -f ref=${sha} -f dashboard=false -f storefront=false${migrations ? ' -f allow_pending_migration=true' : ''}`;
  return { ...missing, evidence: `there is no ${reference}${also}, and this lane builds none`, next: source === null ? 'Run the full lane, which builds it.' : `Build it first:${builder}` };
}
