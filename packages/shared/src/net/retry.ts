import type { HttpMethod, HttpResult } from './types.ts';

export function isReadMethod(method: HttpMethod): boolean {
  return method === 'GET' || method === 'HEAD';
}

const firstDelayMs = 250;
const longestDelayMs = 8_000;
const passing: readonly string[] = ['refused', 'reset', 'timeout', 'dns', 'proxy', 'other'];

/** How long to wait before a read is tried again; null when another try would be the same. Full jitter on a doubling delay. */
export function retryDelay(result: HttpResult, attempt: number, random: () => number, now: number): number | null {
  if (result.kind === 'unreachable' && !passing.includes(result.reason)) return null;
  if (result.kind === 'response' && ![429, 502, 503, 504].includes(result.status)) return null;
  const asked = result.kind === 'response' ? retryAfter(result.headers['retry-after'], now) : null;
  const jittered = Math.ceil(random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1)));
  return asked === null ? jittered : asked + Math.ceil(random() * firstDelayMs);
}

/** Retry-After in seconds or as a date; what is neither counts as missing. */
export function retryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1000;
  // Date.parse takes almost anything, "-5" too: only the forms of an HTTP date count.
  const date = /^\s*[A-Z][a-z]{2,8}[, ]/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
