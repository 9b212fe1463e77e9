import type { ActionContext } from '@vendure-deploy/shared/action';
import { type DeployConfig, surfaceOf, type VendureSurface, type WorkerSurface } from '@vendure-deploy/shared/config';
import { readHealth, readVersion } from '@vendure-deploy/shared/probe';
import { shortSha, type Surface } from '@vendure-deploy/shared/release';
import type { inputs as declared } from './io.ts';

type Context = ActionContext<typeof declared>;

/** One attempt at one surface. */
export type Probe = () => Promise<{ readonly ok: boolean; readonly sha: string; readonly why: string }>;

export function probesOf(surface: Surface, config: DeployConfig, context: Context): Probe {
  if (surface === 'vendure') return () => probeVendure(surfaceOf(config, context.inputs.environment, 'vendure'), context);
  return () => probeWorker(surfaceOf(config, context.inputs.environment, surface), context);
}

/** The commit, Vendure's own readiness, and one GraphQL answer without errors. */
async function probeVendure(surface: VendureSurface, context: Context): Promise<Awaited<ReturnType<Probe>>> {
  const identity = await readIdentity(surface, context);
  if (!identity.ok) return identity;
  const health = await readHealth({ ...how(context), url: `${surface['public-url']}${surface['health-path']}` });
  if (health.kind !== 'ok') return { ...identity, ok: false, why: health.why };
  if ((health.pendingMigrations ?? 0) > 0) return { ...identity, ok: false, why: `${health.pendingMigrations} migrations are pending` };
  const refused = surface['graphql-path'] === undefined ? null : await askGraphql(`${surface['public-url']}${surface['graphql-path']}`, context);
  return refused === null ? identity : { ...identity, ok: false, why: refused };
}

/** The commit, the version id in body and header alike, and a first page. */
async function probeWorker(surface: WorkerSurface, context: Context): Promise<Awaited<ReturnType<Probe>>> {
  const identity = await readIdentity(surface, context);
  if (!identity.ok) return identity;
  const page = await context.http.request({ method: 'GET', url: `${surface['public-url']}/`, deadlineMs: how(context).timeoutMs, retry: 'never', freshConnection: true, signal: context.signal });
  if (page.kind === 'unreachable') return { ...identity, ok: false, why: page.message };
  return page.status === 200 ? identity : { ...identity, ok: false, why: `HTTP ${page.status} from ${surface['public-url']}/` };
}

async function readIdentity(surface: { 'public-url': string; 'version-path': string }, context: Context): Promise<Awaited<ReturnType<Probe>>> {
  const { sha: wanted } = context.inputs;
  const version = await readVersion({ ...how(context), url: `${surface['public-url']}${surface['version-path']}` });
  if (version.kind !== 'serves') return { ok: false, sha: '', why: version.why };
  if (version.header !== null && version.versionId !== null && version.header !== version.versionId) return { ok: false, sha: version.sha, why: 'the header x-deploy-version and the body name two versions' };
  if (wanted !== '' && version.sha !== wanted) return { ok: false, sha: version.sha, why: `serves ${shortSha(version.sha)}, not ${shortSha(wanted)}` };
  return { ok: true, sha: version.sha, why: '' };
}

async function askGraphql(url: string, { http, signal, inputs }: Context): Promise<string | null> {
  const answer = await http.request({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ products { totalItems } }' }),
    deadlineMs: inputs['timeout-seconds'] * 1000,
    freshConnection: true,
    signal,
  });
  if (answer.kind === 'unreachable') return answer.message;
  const said = read(() => answer.json()) as { data?: { products?: { totalItems?: unknown } } | null; errors?: readonly unknown[] } | null;
  if ((said?.errors ?? []).length > 0) return `GraphQL answered with errors (HTTP ${answer.status})`;
  return typeof said?.data?.products?.totalItems === 'number' ? null : `GraphQL gave no number of products (HTTP ${answer.status})`;
}

function how({ http, signal, inputs }: Context): { http: Context['http']; signal: AbortSignal; timeoutMs: number } {
  return { http, signal, timeoutMs: inputs['timeout-seconds'] * 1000 };
}

function read(json: () => unknown): unknown {
  try {
    return json();
  } catch {
    return null;
  }
}
