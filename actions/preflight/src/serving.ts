import type { Clock } from '@vendure-deploy/shared/action';
import type { HttpClient } from '@vendure-deploy/shared/net';
import { readVersion } from '@vendure-deploy/shared/probe';

/** What answers the public before anything is written: the anchor of every later verdict. */
export type Serving = { readonly sha: string } | { readonly sha: null; readonly why: string };

export const NOT_CONFIGURED: Serving = { sha: null, why: 'the configuration does not have it' };

export interface Question {
  readonly http: HttpClient;
  readonly url: string;
  /** Of one read. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

// One answer that hangs is a cold Machine or a lost packet; three in a row are what serves.
const READS = 3;
const PAUSE_MS = 500;

/** Each time over a fresh connection, so that another Machine may answer. */
export async function readServing({ http, url, timeoutMs, clock, signal }: Question): Promise<Serving> {
  for (let read = 1; ; read += 1) {
    const version = await readVersion({ http, url, timeoutMs, signal });
    if (version.kind === 'serves') return { sha: version.sha };
    if (read === READS) return { sha: null, why: `${version.why}; asked ${READS} times` };
    await clock.sleep(PAUSE_MS, signal);
  }
}
