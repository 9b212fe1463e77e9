import { digestOf } from './digest.ts';

/** The part of an image's configuration that a Machine needs to start it. */
export interface ImageConfig {
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** An image in the registry: `layers` are paths of gzipped tar files, lowest first. */
export interface StoredImage {
  readonly digest: string;
  readonly config: ImageConfig;
  readonly layers: string[];
}

export interface ImageLayer {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** An image that is ready to be pushed. `manifest` holds the exact bytes: its digest is the image's. */
export interface PackedImage {
  readonly mediaType: string;
  readonly manifest: Uint8Array;
  readonly config: Uint8Array;
  readonly layers: readonly ImageLayer[];
}

export function imageDigest(image: PackedImage): string {
  return digestOf(image.manifest).text;
}
