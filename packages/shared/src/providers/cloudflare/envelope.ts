import { z } from 'zod';
import type { HttpResult } from '../../net/index.ts';
import { codeOfStatus, type ProviderCode, ProviderError } from '../error.ts';

const envelope = z.object({ success: z.boolean(), errors: z.array(z.object({ code: z.number(), message: z.string() })).nullish(), result: z.unknown() });

/** Cloudflare's own number says more than the status: a malformed token is a 400, a missing permission a 400 or a 403. */
const CODES: Readonly<Record<number, ProviderCode>> = {
  971: 'rate-limited',
  6003: 'unauthorized',
  6111: 'unauthorized',
  9106: 'unauthorized',
  9109: 'forbidden',
  10_000: 'forbidden',
  10_006: 'not-found',
  10_007: 'not-found',
  10_090: 'not-found',
};

/** What is in the envelope. @throws {ProviderError} with Cloudflare's own words */
export function opened<T>(answer: HttpResult, what: string, shape: z.ZodType<T>): T {
  if (answer.kind === 'unreachable') throw new ProviderError('unavailable', `Cloudflare did not answer: ${answer.message}`);
  const parsed = envelope.safeParse(parse(() => answer.json()));
  // Challenges and gateway errors come as web pages, from something in front of the API.
  if (!parsed.success) throw new ProviderError(meaning(answer.status, undefined), `Cloudflare answered HTTP ${answer.status} without its envelope, asked for ${what}`);
  const { success, errors, result } = parsed.data;
  if (!success || answer.status >= 300) {
    const first = errors?.[0];
    throw new ProviderError(meaning(answer.status, first?.code), `Cloudflare answered HTTP ${answer.status}${first === undefined ? '' : ` (${first.code}: ${first.message})`}, asked for ${what}`);
  }
  const content = shape.safeParse(result);
  if (!content.success) throw new ProviderError('unexpected-answer', `Cloudflare answered something else than ${what}`);
  return content.data;
}

function meaning(status: number, code: number | undefined): ProviderCode {
  // "10000" has been seen on a 429 too, and a 401 is always the token's.
  if (status === 401 || status === 429 || status >= 500) return codeOfStatus(status);
  const known = code === undefined ? undefined : CODES[code];
  if (known !== undefined) return known;
  // Only its own number says that a Worker does not exist; a bare 404 is as well a wrong account, or not Cloudflare at all.
  return status === 404 || status < 300 ? 'unexpected-answer' : codeOfStatus(status);
}

function parse(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}
