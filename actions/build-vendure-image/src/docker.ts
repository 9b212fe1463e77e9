export type { Built } from './buildx/index.ts';
