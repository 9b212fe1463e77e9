import type { Attempt } from './types.ts';

export interface Limits {
  readonly pushRetries: number;
  readonly attemptMs: number | null;
}

export type Next =
  | { readonly kind: 'stop' }
  /** With which caches less than before. */
  | { readonly kind: 'again'; readonly waitMs: number; readonly drop: 'gha' | 'exports' | 'all'; readonly why: string };

// The reference's waits for a registry that is briefly unwell. BuildKit has tried for 7 s by then, so nothing shorter helps.
const PUSH_WAITS_MS = [5_000, 10_000, 20_000, 40_000];
const SHORTEST_ATTEMPT_MS = 3 * 60_000;

/** A build failure is never tried again, a push is; a cache that was in the way is left out. */
export function nextAttempt(attempts: readonly Attempt[], limits: Limits, msLeft: number): Next {
  const last = attempts.at(-1);
  if (last === undefined) return { kind: 'stop' };
  const used = [...last.cache.from, ...last.cache.to];
  if (last.ended === 'timed-out' && used.includes('gha')) return again(0, 'gha', msLeft, 'It did not end in time. GitHub\'s cache may hang: once more without it');
  if (last.ended === 'cache-failed' && used.length > 0) return again(0, 'all', msLeft, 'A cache is in the way: once more without any');
  if (last.ended !== 'push-failed-transient') return { kind: 'stop' };
  const failed = attempts.filter(({ ended }) => ended === 'push-failed-transient').length;
  if (failed > limits.pushRetries) return { kind: 'stop' };
  const waitMs = PUSH_WAITS_MS[failed - 1] ?? 40_000;
  return again(waitMs, 'exports', msLeft, `The push failed: once more in ${waitMs / 1000} s (${failed} of ${limits.pushRetries})`);
}

function again(waitMs: number, drop: 'gha' | 'exports' | 'all', msLeft: number, why: string): Next {
  return waitMs < msLeft ? { kind: 'again', waitMs, drop, why } : { kind: 'stop' };
}

/** Only GitHub's cache can hang for ever (BuildKit's own `timeout=` does not bound it); then there must be time left for an attempt without it. */
export function attemptDeadline(usesGha: boolean, { attemptMs }: Limits, msLeft: number): number {
  return usesGha ? Math.min(msLeft, attemptMs ?? Math.max(0.6 * msLeft, SHORTEST_ATTEMPT_MS)) : msLeft;
}
