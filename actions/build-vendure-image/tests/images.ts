import type { ImageLookup, PresentImage } from '@vendure-deploy/shared/providers/registry';

export const SHA = 'a'.repeat(40);
export const OTHER_SHA = 'b'.repeat(40);
export const DIGEST = `sha256:${'1'.repeat(64)}`;
export const OTHER_DIGEST = `sha256:${'2'.repeat(64)}`;
const REVISION = 'org.opencontainers.image.revision';
const MEDIA_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** @param revision what the label says; null: there is none */
export function present(revision: string | null = SHA, digest = DIGEST): PresentImage {
  const config = { mediaType: '', digest, size: 1, platform: null, foreign: false };
  return {
    kind: 'present', digest, mediaType: MEDIA_TYPE, platformDigest: digest, platforms: [], labels: revision === null ? {} : { [REVISION]: revision },
    image: { digest, mediaType: MEDIA_TYPE, bytes: new Uint8Array(), manifest: { kind: 'image', config, layers: [] }, children: [] },
  };
}

export const absent: ImageLookup = { kind: 'absent' };
export const unknown: ImageLookup = { kind: 'unknown', cause: 'unavailable', why: 'the registry answered 500' };
export const unusable: ImageLookup = { kind: 'unusable', digest: DIGEST, why: 'its layer is not in the registry' };
