export type { AccessApp } from './access.ts';
export { CLOUDFLARE_API, type CloudflareClientOptions } from './call.ts';
export { cloudflareClient, type CloudflareClient } from './client.ts';
export type { Deployment } from './deployment.ts';
export { type CloudflareLaneClient, cloudflareLaneClient } from './lane.ts';
export { type CloudflareResourceClient, cloudflareResourceClient, type Namespace } from './resources.ts';
export type { Route, Subdomain } from './route.ts';
export type { WorkerVersion } from './version.ts';
export { ProviderError } from '../error.ts';
