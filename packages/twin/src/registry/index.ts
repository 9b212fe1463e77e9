export type { Challenge } from './access.ts';
export type { Reach } from './reach.ts';
export { createRegistryWorld, type RegistryOptions, type RegistryWorld } from './world.ts';
export { imageDigest, type ImageLayer, type PackedImage, type StoredImage } from './image.ts';
