import { exchange } from './exchange.ts';
import { mayLead } from './address.ts';
import { isReadMethod, retryDelay } from './retry.ts';
import { download, upload } from './transfer.ts';
import type { Download, HttpClient, HttpRequest, HttpResult, TransferRequest, Unreachable } from './types.ts';

export interface HttpClientOptions {
  /** Aborts every request of this client that has no signal of its own. */
  signal?: AbortSignal;
  userAgent?: string;
  /** How often a read is tried at most, first time included; default 4. */
  attempts?: number;
  clock?: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  /** In [0, 1); for the jitter. */
  random?: () => number;
}

export function httpClient(options: HttpClientOptions = {}): HttpClient {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const userAgent = options.userAgent ?? 'vendure-deploy';
  return {
    request,
    download: openDownload,
    upload: (given) => upload(given, { signal: given.signal ?? options.signal ?? never, userAgent }),
  };

  async function request(request: HttpRequest): Promise<HttpResult> {
    const ends = clock.now() + request.deadlineMs;
    const signal = request.signal ?? options.signal ?? never;
    const attempts = (request.retry ?? (isReadMethod(request.method) ? 'read' : 'never')) === 'read' ? (options.attempts ?? 4) : 1;
    for (let attempt = 1; ; attempt += 1) {
      const result = await follow(request, ends, signal);
      if (attempt >= attempts) return result;
      const wait = retryDelay(result, attempt, random, clock.now());
      if (wait === null || clock.now() + wait >= ends) return result;
      try {
        await clock.sleep(wait, signal);
      } catch {
        return { kind: 'unreachable', reason: 'aborted', message: `${place(request)}: cancelled` };
      }
    }
  }

  async function follow(request: HttpRequest, ends: number, signal: AbortSignal): Promise<HttpResult> {
    let next = request;
    for (let hop = 0; ; hop += 1) {
      const left = ends - clock.now();
      if (left <= 0) return { kind: 'unreachable', reason: 'timeout', message: `${place(next)}: no answer within ${request.deadlineMs} ms` };
      const result = await exchange(next, { deadlineMs: left, signal, userAgent });
      const location = redirection(next, result);
      if (location === null) return result;
      // Five hops: more than any release download takes (github.com to its storage host is one).
      if (hop >= 5) return tooManyRedirects(request);
      next = redirected(next, location);
    }
  }

  async function openDownload(given: TransferRequest): Promise<Download | Unreachable> {
    const ends = clock.now() + given.deadlineMs;
    let next = given;
    for (let hop = 0; ; hop += 1) {
      const asked: HttpRequest = { ...next, method: 'GET' };
      const result = await download({ ...next, deadlineMs: ends - clock.now() }, { signal: given.signal ?? options.signal ?? never, userAgent });
      const location = result.kind === 'download' ? redirection(asked, result) : null;
      if (result.kind !== 'download' || location === null) return result;
      result.body.destroy();
      if (hop >= 5) return tooManyRedirects(asked);
      next = redirected(next, location);
    }
  }
}

const never = new AbortController().signal;

const systemClock = {
  now: () => Date.now(),
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { setTimeout } = await import('node:timers/promises');
    await setTimeout(ms, undefined, signal === undefined ? {} : { signal });
  },
};

function redirection(request: HttpRequest, result: HttpResult | Download): URL | null {
  if (request.redirect !== 'follow' || result.kind === 'unreachable' || ![301, 302, 303, 307, 308].includes(result.status)) return null;
  const location = result.headers['location'];
  if (location === undefined || !URL.canParse(location, request.url) || !isReadMethod(request.method)) return null;
  const url = new URL(location, request.url);
  const from = new URL(request.url);
  return (url.protocol === 'https:' || from.protocol === 'http:') && mayLead(from, url) ? url : null;
}

/** Credentials belong to the origin they were meant for. */
function redirected<T extends Pick<HttpRequest, 'url' | 'headers'>>(request: T, location: URL): T {
  if (location.origin === new URL(request.url).origin) return { ...request, url: location.href };
  const kept = Object.entries(request.headers ?? {}).filter(([name]) => ['accept', 'user-agent', 'range'].includes(name.toLowerCase()));
  return { ...request, url: location.href, headers: Object.fromEntries(kept) };
}

function tooManyRedirects(request: HttpRequest): Unreachable {
  return { kind: 'unreachable', reason: 'other', message: `${place(request)}: more than five redirects` };
}

/** What an error may say of a request: a query may hold a credential. */
function place(request: HttpRequest): string {
  const url = new URL(request.url);
  return `${request.method} ${url.host}${url.pathname}`;
}
