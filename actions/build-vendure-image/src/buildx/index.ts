export { buildAndPush } from './build-and-push.ts';
export { imageLabels, REVISION_LABEL } from './labels.ts';
export type { AppExists, Attempt, Built, Ended } from './types.ts';
