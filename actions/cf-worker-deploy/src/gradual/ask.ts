import type { HttpClient } from '@vendure-deploy/shared/net';
import { isSha } from '@vendure-deploy/shared/release';
import { z } from 'zod';

/** A page of the public URL. Only the version path must name its version; an asset need not pass through the Worker. */
export interface Page {
  readonly url: string;
  readonly namesVersion: boolean;
}

/** What one request got. `fault` is '' for a 200 that says what it should. */
export interface Reply {
  readonly versionId: string | null;
  readonly sha: string | null;
  readonly fault: string;
}

/** A version that may answer. sha null: Cloudflare keeps no commit of it, and nobody read one. */
export interface Wanted {
  readonly id: string;
  readonly sha: string | null;
}

/** `other`: a version that was not wanted answered, as before a switch has arrived. `silent`: an error that names no version. */
export type Met = { readonly kind: 'well' } | { readonly kind: 'sick' | 'silent' | 'other'; readonly why: string };

/** @param pinned the version that is asked for by the override header; null: whichever the percentages give */
export type Ask = (page: Page, pinned: string | null) => Promise<Reply>;

const body = z.object({ sha: z.string(), versionId: z.string().nullish() });
// More than any page of a shop.
const MOST_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 5000;

/** Each question over a connection of its own; redirects are not followed. The override is ignored by Cloudflare unless that version is live with at least 0 %. */
export function asker({ http, worker, signal }: { readonly http: HttpClient; readonly worker: string; readonly signal: AbortSignal }): Ask {
  return async ({ url, namesVersion }, pinned) => {
    const headers = pinned === null ? {} : { 'Cloudflare-Workers-Version-Overrides': `${worker}="${pinned}"` };
    const answer = await http.request({ method: 'GET', url, headers, deadlineMs: TIMEOUT_MS, maxBytes: MOST_BYTES, retry: 'never', freshConnection: true, signal });
    if (answer.kind === 'unreachable') return { versionId: null, sha: null, fault: answer.message };
    const header = answer.headers['x-deploy-version'] ?? null;
    if (answer.status !== 200) return { versionId: header, sha: null, fault: `HTTP ${answer.status} from ${url}` };
    if (!namesVersion) return { versionId: header, sha: null, fault: '' };
    const read = body.safeParse(parsed(() => answer.json()));
    if (!read.success || !isSha(read.data.sha)) return { versionId: header, sha: null, fault: `${url} does not answer {"sha": "<40 hex>"}` };
    const named = new Set([header, read.data.versionId ?? null].filter((id) => id !== null));
    const [versionId = null] = named;
    return { versionId: named.size === 1 ? versionId : null, sha: read.data.sha, fault: named.size === 1 ? '' : `${url} names ${named.size === 0 ? 'no version' : 'two versions'}` };
  };
}

/** Whether a reply is that of a version that may answer, and well. */
export function met({ versionId, sha, fault }: Reply, wanted: readonly Wanted[]): Met {
  const one = wanted.find(({ id }) => id === versionId);
  if (versionId !== null && one === undefined) return { kind: 'other', why: `version ${versionId} answered${fault === '' ? '' : ` (${fault})`}` };
  if (fault !== '') return one === undefined ? { kind: 'silent', why: fault } : { kind: 'sick', why: `version ${one.id}: ${fault}` };
  if (one !== undefined && one.sha !== null && sha !== null && sha !== one.sha) return { kind: 'sick', why: `version ${one.id} says that it is ${sha}, not ${one.sha}` };
  return { kind: 'well' };
}

function parsed(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}
