import type { z } from 'zod';
import type { HttpClient, HttpMethod } from '../../net/index.ts';
import { Secret } from '../../secrets/index.ts';
import { opened } from './envelope.ts';

/** Also given to wrangler by name, so that no `.env` file can send the token elsewhere. */
export const CLOUDFLARE_API = 'https://api.cloudflare.com/client/v4';

export interface CloudflareClientOptions {
  readonly http: HttpClient;
  readonly token: Secret;
  readonly accountId: string;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export interface Call<T> {
  readonly method: HttpMethod;
  /** Below the API's address. */
  readonly path: string;
  /** For a message: what was asked for. */
  readonly what: string;
  readonly shape: z.ZodType<T>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call, sent once if it writes. @throws {ProviderError} */
export type Caller = <T>(call: Call<T>) => Promise<T>;

// Reads answer in well under a second; retries after a 429 share this budget.
const DEADLINE_MS = 15_000;

export function caller({ http, token, deadlineMs = DEADLINE_MS, signal }: CloudflareClientOptions): Caller {
  return async ({ method, path, what, shape, body, headers = {} }) => {
    const answer = await http.request({
      method,
      url: `${CLOUDFLARE_API}/${path}`,
      headers: { authorization: new Secret(`Bearer ${token.reveal()}`), accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      deadlineMs,
      ...(signal === undefined ? {} : { signal }),
    });
    return opened(answer, what, shape);
  };
}
