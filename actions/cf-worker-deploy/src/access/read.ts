import type { HttpClient, HttpRequest, HttpResult } from '@vendure-deploy/shared/net';
import { type AccessApp, type CloudflareLaneClient, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import { concerning } from './apps.ts';
import type { Answer, Apps, Evidence, Guarded, Keys, Visit } from './evidence.ts';

export interface Reading {
  readonly http: HttpClient;
  readonly cloudflare: Pick<CloudflareLaneClient, 'accessApps' | 'accessDecisions'>;
  readonly signal: AbortSignal;
  /** Another one each time: no cache has seen it, and no application knows it as a path. */
  readonly nonce: string;
}

// An answer of Access comes from the edge, in tens of milliseconds; whatever needs longer comes from behind it.
const DEADLINE_MS = 10_000;
const MOST_BYTES = 64 * 1024;

/** Everything at once, over fresh connections, without cookies and without following a redirect. */
export async function readEvidence(wanted: Guarded, reading: Reading): Promise<Evidence> {
  const { nonce } = reading;
  const visits = [...wanted.paths, `/${nonce}`];
  const [keys, apps, asked, visited] = await Promise.all([
    readKeys(wanted, reading),
    readApps(wanted, reading),
    Promise.all(wanted.paths.map((path) => ask({ path, method: 'HEAD', query: '', headers: { 'cf-access-metadata-request': 'true' } }))),
    Promise.all(visits.map((path) => ask({ path, method: 'GET', query: `?${nonce}`, headers: {} }))),
  ]);
  return { keys, asked, visited, apps };

  async function ask({ path, method, query, headers }: { path: string; method: 'GET' | 'HEAD'; query: string; headers: Record<string, string> }): Promise<Visit> {
    return { path, answer: answerOf(await send(reading, { method, url: `https://${wanted.host}${path}${query}`, headers })) };
  }
}

function answerOf(answer: HttpResult): Answer {
  if (answer.kind === 'unreachable') return { kind: 'none', why: answer.message };
  const header = (name: string): string | null => answer.headers[name] ?? null;
  return { kind: 'answered', status: answer.status, location: header('location'), metadata: header('cf-access-metadata'), version: header('x-deploy-version'), challenged: header('cf-mitigated') !== null };
}

async function readKeys({ teamHost }: Guarded, reading: Reading): Promise<Keys> {
  const answer = await send(reading, { method: 'GET', url: `https://${teamHost}/cdn-cgi/access/certs`, headers: {} });
  if (answer.kind === 'unreachable') return { kind: 'unreadable', why: answer.message };
  if (answer.status !== 200) return { kind: 'unreadable', why: `HTTP ${answer.status}` };
  try {
    return { kind: 'read', jwks: answer.json() };
  } catch {
    return { kind: 'unreadable', why: 'it is not JSON' };
  }
}

async function readApps({ host }: Guarded, { cloudflare }: Reading): Promise<Apps> {
  try {
    const apps = concerning(await cloudflare.accessApps(), host);
    const known = async (app: AccessApp): Promise<AccessApp> => (app.decisions === null ? { ...app, decisions: await cloudflare.accessDecisions(app.id) } : app);
    return { kind: 'read', apps: await Promise.all(apps.map(known)) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return error.code === 'forbidden' ? { kind: 'not-allowed' } : { kind: 'unreadable', why: error.message };
  }
}

/** Sent once: an answer that came before another try might have been the Worker's. */
function send({ http, signal }: Reading, request: Pick<HttpRequest, 'method' | 'url'> & { headers: Record<string, string> }): Promise<HttpResult> {
  return http.request({ ...request, deadlineMs: DEADLINE_MS, maxBytes: MOST_BYTES, retry: 'never', freshConnection: true, signal });
}
