export { registries, type PushAccess, type RegistryClient, type RegistryOptions } from './client.ts';
export type { CopyCount, CopyResult } from './copy-image.ts';
export type { ImageLookup, PresentImage, UnknownCause } from './look-up.ts';
export { encodedLogin, joinedLogin, loginOf, type RegistryLogin } from './login.ts';
export { isSameRegistry, parseImageName, parseImageRepository, type ImageName, type ImageRepository } from './reference.ts';
