import { readVersion } from '@vendure-deploy/shared/probe';
import type { HttpClient } from '@vendure-deploy/shared/net';

/** What answers the public before anything is written: the anchor of every later verdict. */
export type Serving = { readonly sha: string } | { readonly sha: null; readonly why: string };

// Cold Machines take some seconds to answer.
const TIMEOUT_MS = 15_000;

export async function readServing(http: HttpClient, url: string, signal: AbortSignal): Promise<Serving> {
  const version = await readVersion({ http, url, timeoutMs: TIMEOUT_MS, signal });
  return version.kind === 'serves' ? { sha: version.sha } : { sha: null, why: version.why };
}
