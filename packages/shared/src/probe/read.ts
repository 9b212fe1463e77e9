import { z } from 'zod';
import type { HttpClient, HttpRequest, HttpResult } from '../net/index.ts';
import { isSha } from '../release/index.ts';

/** What a version endpoint said. `why` is a sentence for a person. */
export type VersionReading =
  | { readonly kind: 'serves'; readonly sha: string; readonly versionId: string | null; readonly header: string | null }
  | { readonly kind: 'unreachable'; readonly why: string }
  /** `status`: of an answer that is no version. */
  | { readonly kind: 'unreadable'; readonly why: string; readonly status?: number };

export type HealthReading =
  | { readonly kind: 'ok'; readonly pendingMigrations: number | null; readonly queueLagSeconds: number | null }
  | { readonly kind: 'failing'; readonly why: string }
  | { readonly kind: 'unreachable'; readonly why: string };

const version = z.object({ sha: z.string(), versionId: z.string().nullish() });
const health = z.object({
  status: z.string(),
  checks: z.object({ pendingMigrations: z.number().nullish(), jobQueueLag: z.object({ seconds: z.number().nullish() }).nullish() }).nullish(),
});

interface Read {
  readonly http: HttpClient;
  readonly url: string;
  /** What opens a host that is not public. */
  readonly headers?: NonNullable<HttpRequest['headers']>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

// A version or health answer is a few hundred bytes; more is something else.
const MOST_BYTES = 64 * 1024;

/** Which commit answers. Fresh connection, so that a load balancer may choose anew; redirects are not followed. */
export async function readVersion(read: Read): Promise<VersionReading> {
  const answer = await get(read);
  if (answer.kind === 'unreachable') return { kind: 'unreachable', why: answer.message };
  if (answer.status !== 200) return { kind: 'unreadable', why: `HTTP ${answer.status} from ${read.url}`, status: answer.status };
  const parsed = version.safeParse(parse(answer));
  if (!parsed.success || !isSha(parsed.data.sha)) return { kind: 'unreadable', why: `${read.url} does not answer {"sha": "<40 hex>"}` };
  return { kind: 'serves', sha: parsed.data.sha, versionId: parsed.data.versionId ?? null, header: answer.headers['x-deploy-version'] ?? null };
}

/** Whether Vendure is ready, by its own words. */
export async function readHealth(read: Read): Promise<HealthReading> {
  const answer = await get(read);
  if (answer.kind === 'unreachable') return { kind: 'unreachable', why: answer.message };
  const parsed = health.safeParse(parse(answer));
  if (!parsed.success) return { kind: 'failing', why: `HTTP ${answer.status} from ${read.url}, without {"status": …}` };
  const { status, checks } = parsed.data;
  if (answer.status !== 200 || status !== 'ok') return { kind: 'failing', why: `HTTP ${answer.status} from ${read.url}, status "${status}"` };
  return { kind: 'ok', pendingMigrations: checks?.pendingMigrations ?? null, queueLagSeconds: checks?.jobQueueLag?.seconds ?? null };
}

function get({ http, url, headers = {}, timeoutMs, signal }: Read): Promise<HttpResult> {
  return http.request({ method: 'GET', url, headers, deadlineMs: timeoutMs, maxBytes: MOST_BYTES, retry: 'never', freshConnection: true, signal });
}

function parse(answer: Extract<HttpResult, { kind: 'response' }>): unknown {
  try {
    return answer.json();
  } catch {
    return null;
  }
}
