export { registryClient, type ImageLookup, type PushAccess, type RegistryClient, type RegistryClientOptions } from './client.ts';
export { parseImageRepository, type ImageRepository } from './reference.ts';
export { ProviderError, type ProviderCode } from '../error.ts';
export { registryLogin } from './authorization.ts';
