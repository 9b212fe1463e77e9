export { flyClient, type FlyClient, type Lease } from './client.ts';
export { leaseSentence, outwaitLeases } from './lease-wait.ts';
export type { Machine } from './machine.ts';
export { type FlyRelease, type FlySecret, stagedSecrets } from './secret.ts';
export { flyTokenExpiry } from './token-expiry.ts';
export { ProviderError } from '../error.ts';
export { sentence, settle, type Settling, type Unsettled, unsettled } from './settle.ts';
