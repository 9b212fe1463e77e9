import type { LockHeld } from '../github/index.ts';

/** What is so, whatever anybody was told: read from the Machines, the Workers, the schema and git, never from an answer to a client. */
export interface Truth {
  readonly vendure: Serving;
  readonly worker: Serving;
  readonly dashboard: Serving;
  readonly storefront: Serving;
  readonly database: unknown;
  readonly lock: 'free' | LockHeld;
}

/** A SHA; several when what serves is mixed; null when nothing serves. */
export type Serving = string | { readonly mixed: readonly string[] } | null;

/** One SHA out of those that were found. */
export function serving(found: readonly string[]): Serving {
  const distinct = [...new Set(found)];
  return distinct.length > 1 ? { mixed: distinct } : distinct[0] ?? null;
}
