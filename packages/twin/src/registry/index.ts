export type { Reach } from './access.ts';
export { createRegistryWorld, type RegistryWorld } from './world.ts';
export { imageDigest, type ImageLayer, type PackedImage, type StoredImage } from './image.ts';
