import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Canceled, FlyctlError, MachinesApiError } from './error.ts';

export interface Asked {
  readonly body?: unknown;
  readonly nonce?: string;
  /** Ends it early; its reason is the error that comes out. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly requestId: string;
}

/** flyctl's three services. */
export interface FlyctlClient {
  /** The Machines API. @throws {MachinesApiError} for an answer that is no success */
  machines<T>(method: string, path: string, asked?: Asked): Promise<T>;
  /** Releases, builds and organizations ("UIEX"), and logs: whoever asks judges the status. */
  api(method: string, path: string, asked?: Asked): Promise<Answer>;
  graphql<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T>;
}

export interface ClientOptions {
  readonly speed: number;
  /** For all that has no signal of its own. */
  readonly signal?: AbortSignal;
}

/** Under flyctl's own environment variables; the proxy is the environment's. @throws {FlyctlError} without a token */
export function flyctlClient({ speed, signal }: ClientOptions): FlyctlClient {
  const token = (process.env['FLY_API_TOKEN'] ?? '').replace(/^(?:Bearer|FlyV1) /u, '');
  if (token === '') throw new FlyctlError("no access token available. Please login with 'flyctl auth login'");
  if (process.env['HTTPS_PROXY'] !== undefined) http.setGlobalProxyFromEnv();
  const base = { machines: process.env['FLY_FLAPS_BASE_URL'] ?? 'https://api.machines.dev', api: process.env['FLY_UIEX_BASE_URL'] ?? 'https://api.fly.io', graphql: process.env['FLY_API_BASE_URL'] ?? 'https://api.fly.io' };
  const send = async (url: string, method: string, asked: Asked = {}): Promise<Answer> => {
    const own = asked.signal ?? signal;
    const response = await fetch(url, {
      method,
      ...(own === undefined ? {} : { signal: own }),
      headers: {
        authorization: `${token.startsWith('fm2_') ? 'FlyV1' : 'Bearer'} ${token}`,
        'content-type': 'application/json',
        'user-agent': 'flyctl/0.4.87 (interactive=false; parent=other)',
        ...(asked.nonce === undefined || asked.nonce === '' ? {} : { 'fly-machine-lease-nonce': asked.nonce }),
      },
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    });
    return { status: response.status, text: await response.text(), requestId: response.headers.get('fly-request-id') ?? '' };
  };
  const ask = (url: string, method: string, asked: Asked = {}): Promise<Answer> => withRetries(() => send(url, method, asked), { url, method, speed, signal: asked.signal ?? signal ?? null });
  return {
    machines: async <T>(method: string, path: string, asked?: Asked) => {
      const answer = await ask(`${base.machines}${path}`, method, asked);
      if (answer.status > 299) throw refusalOf(answer);
      return (answer.text === '' ? {} : JSON.parse(answer.text)) as T;
    },
    api: (method, path, asked) => ask(`${base.api}${path}`, method, asked),
    graphql: async <T>(query: string, variables: Readonly<Record<string, unknown>>) => {
      const { status, text } = await ask(`${base.graphql}/graphql`, 'POST', { body: { query, variables } });
      const shown = query.replace(/^query ?/u, '').trim();
      if (status !== 200) throw new FlyctlError(`failed to run query ${shown}: server returned a non-200 status code: ${status}`);
      const { data, errors } = JSON.parse(text) as { data?: T; errors?: { message: string }[] };
      if (errors?.[0] !== undefined) throw new FlyctlError(`failed to run query ${shown}: ${errors[0].message}`);
      return data as T;
    },
  };
}

/** The service's own words, as flyctl reads them out of an answer. */
function refusalOf({ status, text, requestId }: Answer): MachinesApiError {
  try {
    const { error, message, status: kind } = JSON.parse(text) as { error?: string; message?: string; status?: string };
    const advice = kind === 'insufficient_capacity' ? 'Try choosing a different region for machine creation' : '';
    return new MachinesApiError((message ?? '') || (error ?? ''), { status, requestId, advice });
  } catch {
    return new MachinesApiError(`request returned non-2xx status: ${status}: ${text}`, { status, requestId });
  }
}

interface Sending {
  readonly url: string;
  readonly method: string;
  readonly speed: number;
  readonly signal: AbortSignal | null;
}

// The transport sends again on 502 and 503, on every method, at most three times, 0.1 to 1 s apart; a reset connection only on GET, twice (flyctl-measured 6.6).
async function withRetries(send: () => Promise<Answer>, { url, method, speed, signal }: Sending): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await send();
      if ((answer.status !== 502 && answer.status !== 503) || attempt === 4) return answer;
    } catch (error) {
      if (signal?.aborted === true) throw gone(signal.reason, { url, method });
      if (method !== 'GET' || attempt > 2) throw new FlyctlError(`${verb(method)} "${url}": read tcp: read: connection reset by peer`, { cause: error });
    }
    await sleep((100 * 2 ** attempt) / 2 / speed);
    if (signal?.aborted === true) throw gone(signal.reason, { url, method });
  }
}

function gone(reason: unknown, { url, method }: { url: string; method: string }): FlyctlError {
  // What ends an ordinary wait for health (flyctl-measured, section 6.5); a signal is named as such.
  const text = reason instanceof Canceled ? reason.message : 'net/http: request canceled';
  return new FlyctlError(`${verb(method)} "${url}": ${text}`, { cause: reason });
}

function verb(method: string): string {
  return method.charAt(0) + method.slice(1).toLowerCase();
}
