import { type DeployConfig, environmentOf, surfaceOf, type VendureSurface } from '@vendure-deploy/shared/config';
import { type ImageRepository, parseImageName, parseImageRepository } from '@vendure-deploy/shared/providers/registry';
import { imageTagOf } from './revision.ts';

/** Where the image of a commit has to be, when none may be built. */
export interface Prebuilt {
  /** Of the environment's own image. */
  tag(sha: string): string;
  /** Where it is copied from when that is not there; null: from nowhere. */
  readonly source: { readonly repository: ImageRepository; reference(sha: string): string; readonly from: Origin } | null;
}

/** An environment whose image of the same commit is copied, or the image that an input names. */
export type Origin = { readonly kind: 'environment'; readonly name: string } | { readonly kind: 'given'; readonly name: string };

/** As build-vendure-image will look for it. @throws {UserError} for an image that no registry could have */
export function prebuiltOf(config: DeployConfig, environment: string, vendure: VendureSurface, image: string): Prebuilt {
  const tag = (sha: string): string => imageTagOf(environment, sha);
  if (image !== '') {
    const { host, name, tag: named, digest } = parseImageName(image);
    const own = parseImageRepository(vendure['image-repository']);
    // An image of this very repository is used under the tag that it was given by.
    const isOwn = named !== null && host === own.host && name === own.name;
    return { tag: isOwn ? () => named : tag, source: { repository: { host, name }, reference: () => named ?? digest ?? '', from: { kind: 'given', name: image } } };
  }
  const { 'promote-from': other } = environmentOf(config, environment);
  if (other === undefined) return { tag, source: null };
  return { tag, source: { repository: parseImageRepository(surfaceOf(config, other, 'vendure')['image-repository']), reference: (sha) => imageTagOf(other, sha), from: { kind: 'environment', name: other } } };
}
