export { REVISION_LABEL } from './buildx/index.ts';
