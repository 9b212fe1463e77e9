export { type CloudflareWorld, createCloudflareWorld, type Inventory } from './world.ts';
