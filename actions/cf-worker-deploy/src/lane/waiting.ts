import type { Clock } from '@vendure-deploy/shared/action';
import type { HttpClient } from '@vendure-deploy/shared/net';
import { readVersion } from '@vendure-deploy/shared/probe';
import { isFrom } from '../deploy/convergence.ts';
import type { ServiceToken } from './settings.ts';

export interface Waiting {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly url: string;
  readonly budgetMs: number;
  readonly intervalMs: number;
}

const READ_MS = 5000;
// A host without an origin answers behind Access with a 522 after 19 s (Cloudflare's documentation, "Error 522").
const PATIENT_MS = 25_000;
const TWICE = 2;

/** Until the version answers who shows the service token, twice over fresh connections. @returns why not; null: it does */
export function waitForVersion(waiting: Waiting, token: ServiceToken, wanted: { readonly versionId: string; readonly sha: string }): Promise<string | null> {
  const { http, url, signal } = waiting;
  return twice(waiting, async () => {
    const read = await readVersion({ http, url, headers: token, timeoutMs: READ_MS, signal });
    if (read.kind !== 'serves') return `with the service token, ${read.kind === 'unreadable' && read.why.startsWith('HTTP 30') ? `${read.why}, as without it: the application needs a policy with the action Service Auth` : read.why}`;
    return isFrom(wanted.versionId, read) && read.sha === wanted.sha ? null : `with the service token, ${url} answers as version ${read.header ?? read.versionId ?? '(unnamed)'} of ${read.sha}`;
  });
}

/** Until nobody meets the Worker there, neither a visitor nor the service token. @param ours its version ids; null: they are not known, any version counts */
export function waitUntilGone(waiting: Waiting, token: ServiceToken | null, ours: readonly string[] | null): Promise<string | null> {
  const { http, url, signal, clock, budgetMs } = waiting;
  const ends = clock.now() + budgetMs;
  const meets = async (headers: Partial<ServiceToken>): Promise<string | null> => {
    const answer = await http.request({ method: 'GET', url, headers, deadlineMs: Math.max(1, Math.min(PATIENT_MS, ends - clock.now())), retry: 'never', freshConnection: true, signal });
    if (answer.kind === 'unreachable') return `${url} gave no answer (${answer.message})`;
    const version = answer.headers['x-deploy-version'];
    return version === undefined || (ours !== null && !ours.includes(version)) ? null : `${url} still answers with version ${version}`;
  };
  return twice(waiting, async () => {
    const seen = await Promise.all([meets({}), ...(token === null ? [] : [meets(token)])]);
    return seen.find((why) => why !== null) ?? null;
  });
}

/** Looks until nothing is wrong twice in a row, or the budget is spent. @returns what was wrong last */
async function twice({ clock, signal, budgetMs, intervalMs }: Waiting, look: () => Promise<string | null>): Promise<string | null> {
  const deadline = clock.now() + budgetMs;
  for (let right = 0; ; ) {
    if (signal.aborted) return 'it was cancelled before that was certain';
    const wrong = await look();
    right = wrong === null ? right + 1 : 0;
    if (right === TWICE) return null;
    // The second look is over connections of its own: no pause makes it better.
    if (wrong === null) continue;
    if (clock.now() + intervalMs > deadline) return wrong;
    await clock.sleep(intervalMs, signal).catch(() => undefined);
  }
}
