export { type CloudflareWorld, createCloudflareWorld } from './world.ts';
