export { buildAndPush } from './build-and-push.ts';
export { imageLabels, REVISION_LABEL } from './labels.ts';
export type { AppExists, Attempt, BuildRequest, Built, CacheSettings, Ended } from './types.ts';
