import { json, textOf } from './answer.ts';
import { newId } from './machine.ts';
import type { FlyState, Release } from './world.ts';

export interface ReleasesCall {
  readonly method: string;
  /** After `/api/v1/`. */
  readonly path: readonly string[];
  readonly url: URL;
  readonly body: Record<string, unknown>;
}

/** Organizations, builds, releases and logs: what flyctl asks api.fly.io by REST. */
export function answerReleases({ method, path, url, body }: ReleasesCall, state: FlyState): Response {
  const [kind, id, last] = path;
  if (kind === 'organizations') return json({ organization: { id: 'org', slug: id, raw_slug: id, internal_numeric_id: 1, name: id } });
  if (kind === 'builds') return json({ id: 1, status: 'completed', wallclock_time_ms: 0 });
  if (kind === 'apps') return last === 'logs' ? logs(id ?? '', url, state) : json({ releases: releasesOf(state, id ?? '', Number(url.searchParams.get('limit') ?? 20)) });
  if (kind !== 'releases') return json({ error: 'not found' }, 404);
  if (method === 'POST') return createRelease(body, state);
  const release = [...state.apps.values()].flatMap((app) => app.releases).find((one) => one.id === id);
  if (release === undefined) return json({ error: 'release not found' }, 404);
  if (method === 'PATCH') release.status = textOf(body['status']) || release.status;
  return json(shape(release));
}

function createRelease(body: Record<string, unknown>, state: FlyState): Response {
  const app = state.apps.get(textOf(body['app_name']));
  if (app === undefined) return json({ error: 'app not found' }, 404);
  const release: Release = { id: newId(), version: (app.releases.at(-1)?.version ?? 0) + 1, image: textOf(body['image']), createdAt: new Date().toISOString(), status: 'pending' };
  app.releases.push(release);
  return json({ release: shape(release) }, 201);
}

/** What came since `next_token`, which is how many lines the client has had. */
function logs(name: string, url: URL, state: FlyState): Response {
  const instance = url.searchParams.get('instance');
  const lines = (state.apps.get(name)?.logs ?? []).filter((line) => instance === null || line.machine === instance);
  const had = Number(url.searchParams.get('next_token') ?? 0);
  const data = lines.slice(had).map((line, index) => ({ id: String(had + index), attributes: { timestamp: line.timestamp, message: line.message, level: 'info', instance: line.machine, region: 'nrt', meta: {} } }));
  return json({ data, meta: { next_token: String(lines.length) } });
}

function releasesOf(state: FlyState, name: string, limit: number): unknown[] {
  return (state.apps.get(name)?.releases ?? []).toReversed().slice(0, limit).map(shape);
}

function shape(release: Release): Record<string, unknown> {
  return { id: release.id, version: release.version, status: release.status, image_ref: release.image, created_at: release.createdAt, stable: true, in_progress: release.status === 'running' };
}
