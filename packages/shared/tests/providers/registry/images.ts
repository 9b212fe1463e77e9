import { type Answer, digest, ok } from './scripted.ts';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

export const REVISION = 'org.opencontainers.image.revision';
export const described = (text: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({ mediaType: IMAGE, digest: digest(text), size: Buffer.byteLength(text), ...more });

export const config = JSON.stringify({ config: { Labels: { [REVISION]: 'abc' } } });
export const layer = 'the bytes of a layer';
export const manifest = JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config: described(config), layers: [described(layer)] });
const attested = '{"attested":true}';
export const attestation = JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config: described('{}'), layers: [described(attested)] });
/** As BuildKit writes it: the image, and its attestation under no platform. */
export const index = indexOf(described(manifest, { platform: { os: 'linux', architecture: 'amd64' } }), described(attestation, { platform: { os: 'unknown', architecture: 'unknown' } }));

export function indexOf(...manifests: Record<string, unknown>[]): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests });
}

/** Everything that the texts are, by digest. */
export function stored(...texts: string[]): Record<string, Answer> {
  return Object.fromEntries(texts.flatMap((text) => [[`/v2/shop/manifests/${digest(text)}`, ok(text)], [`/v2/shop/blobs/${digest(text)}`, ok(text)]]));
}

export const whole = stored(config, layer, manifest, '{}', attested, attestation, index);
