import { createHash } from 'node:crypto';
import type { Secret } from '@vendure-deploy/shared/secrets';

const hex = (algorithm: string, value: string): string => createHash(algorithm).update(value).digest('hex');

/**
 * How the digest that Fly lists may come of a value. Fly documents none of it, so this is a list of candidates: a listed digest that equals one of them
 * proves that the value is the same, whatever Fly does; one that equals none proves nothing, and costs one staged write. Each is at least 64 bits long, so
 * that no two values meet by accident. A form that Fly turns out to use is added here, and nowhere else.
 */
const FORMS: readonly ((value: string) => string)[] = [
  // Sixteen digits is what Fly has listed in 2025 and 2026.
  (value) => hex('sha256', value).slice(0, 16),
  (value) => hex('sha256', value),
  // Thirty-two digits is what Fly listed before.
  (value) => hex('sha256', value).slice(0, 32),
  (value) => hex('md5', value),
];

/** Whether the digest proves that Fly holds this very value. */
export function proves(digest: string, value: Secret): boolean {
  return FORMS.some((form) => form(value.reveal()) === digest.toLowerCase());
}
