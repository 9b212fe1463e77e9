import { z } from 'zod';
import { retryAfter, type HttpResponse, type Unreachable } from '../../net/index.ts';
import { processRedactor } from '../../secrets/index.ts';

/** Of the distribution spec, "Error Codes". */
export interface RegistryFault {
  code: string;
  message: string;
}

const errors = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string().nullish().transform((text) => text ?? '') })).min(1) });

/** The first error of an answer's body; null where it has none in the spec's shape. */
export function faultOf(result: HttpResponse): RegistryFault | null {
  try {
    return errors.parse(result.json()).errors[0] ?? null;
  } catch {
    return null;
  }
}

/**
 * Fly says this both for a missing app and while its registry is unwell, once as NAME_UNKNOWN and once as UNKNOWN (a public deploy log has both): it is no
 * absence, and may pass.
 */
export function isAppUnknown(fault: RegistryFault | null): boolean {
  return fault !== null && /\bapp repository not found\b/i.test(fault.message);
}

// Cloudflare's 522 and nginx's 499 stand before many registries.
const PASSING_STATUS: readonly number[] = [408, 429, 499, 500, 502, 503, 504, 522];
// go-containerregistry's list of temporary codes; BLOB_UPLOAD_UNKNOWN and BLOB_UPLOAD_INVALID end a session, and a new one may work.
const PASSING_CODE: readonly string[] = ['TOOMANYREQUESTS', 'UNAVAILABLE', 'UNKNOWN'];
const PASSING_REASON: readonly string[] = ['refused', 'reset', 'timeout', 'dns', 'proxy', 'other'];
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

export function isPassing(result: HttpResponse | Unreachable): boolean {
  if (result.kind === 'unreachable') return PASSING_REASON.includes(result.reason);
  if (result.status < 400) return false;
  const fault = faultOf(result);
  return PASSING_STATUS.includes(result.status) || PASSING_CODE.includes(fault?.code ?? '') || isAppUnknown(fault);
}

/** Milliseconds until the next try: a doubling delay with jitter, or what the registry asks for. @param attempt of the one that failed, from 1 */
export function delayBefore(result: HttpResponse | Unreachable, attempt: number, random: () => number, now: number): number {
  const asked = result.kind === 'response' ? retryAfter(result.headers['retry-after'], now) : null;
  const doubled = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return asked === null ? Math.ceil(doubled * (0.5 + random() / 2)) : asked + Math.ceil(random() * firstDelayMs / 4);
}

/** What an answer says, for a message. Redacted before it is cut: the first half of a secret is no form that anybody knows. */
export function saidBy(result: HttpResponse | Unreachable): string {
  if (result.kind === 'unreachable') return result.message;
  const fault = faultOf(result);
  return `the registry answered ${result.status}${fault === null ? '' : ` ${fault.code}${fault.message === '' ? '' : `: ${processRedactor.redact(fault.message).slice(0, 500)}`}`}`;
}
