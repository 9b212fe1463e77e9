import type { HttpClient, HttpRequest, HttpResponse } from '../net/index.ts';
import type { Surface } from '../release/index.ts';

/** How the surfaces are reached. */
export interface Reach {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  /** Of one answer. */
  readonly timeoutMs: number;
  /** What opens a host that is not public; goes to that surface alone. */
  headersOf(surface: Surface): NonNullable<HttpRequest['headers']>;
}

export type Question = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'> & {
  readonly surface: Surface;
  /** Whether a redirect is followed at all; default true. */
  readonly follow?: boolean;
};

/** `wrong`: there was an answer, and nothing that could be waited for mends it. */
export type Answer = { readonly kind: 'answer'; readonly response: HttpResponse } | { readonly kind: 'no-answer' | 'wrong'; readonly why: string };

// A page of a shop is some hundred kilobytes; what is larger is no page.
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_HOPS = 5;

/** Asks over a connection of its own. A read is led on within its host; off the host, or as a write, a redirect is an answer like another. */
export async function ask({ http, signal, timeoutMs, headersOf }: Reach, { surface, url, method, headers = {}, body, follow = true }: Question): Promise<Answer> {
  let at = url;
  for (let hop = 0; ; hop += 1) {
    const answer = await http.request({
      method, url: at, headers: { ...headersOf(surface), ...headers }, ...(body === undefined ? {} : { body }),
      deadlineMs: timeoutMs, maxBytes: MOST_BYTES, retry: 'never', redirect: 'manual', freshConnection: true, signal,
    });
    if (answer.kind === 'unreachable') return { kind: ['tls', 'too-large'].includes(answer.reason) ? 'wrong' : 'no-answer', why: answer.message };
    const to = follow && method === 'GET' && answer.status >= 300 && answer.status < 400 ? URL.parse(answer.headers['location'] ?? '', at) : null;
    if (to === null) return { kind: 'answer', response: answer };
    if (to.origin !== new URL(url).origin) return { kind: 'wrong', why: `${placeOf(at)} leads away to ${to.origin}` };
    if (hop === MOST_HOPS) return { kind: 'wrong', why: `${placeOf(url)} leads on more than ${MOST_HOPS} times` };
    at = to.href;
  }
}

export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** null: the body is no JSON. */
export function jsonOf(response: HttpResponse): unknown {
  try {
    return response.json();
  } catch {
    return null;
  }
}
