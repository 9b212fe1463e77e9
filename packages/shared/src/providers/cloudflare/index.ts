export { CLOUDFLARE_API, cloudflareClient, type CloudflareClient, type CloudflareClientOptions } from './client.ts';
export type { Deployment } from './deployment.ts';
export type { Route, Subdomain } from './route.ts';
export type { WorkerVersion } from './version.ts';
export { ProviderError } from '../error.ts';
