export type { Built } from './build/index.ts';
