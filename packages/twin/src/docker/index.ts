export { buildImage } from './build.ts';
