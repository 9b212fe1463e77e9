import type { CacheName } from './types.ts';

export interface CacheUse {
  readonly name: CacheName;
  /** As `--cache-from` and `--cache-to` take it. */
  readonly value: string;
}

export interface CachePlan {
  readonly from: readonly CacheUse[];
  readonly to: readonly CacheUse[];
}

export const NO_CACHE: CachePlan = { from: [], to: [] };
