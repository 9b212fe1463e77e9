export { REVISION_LABEL } from './build/index.ts';
