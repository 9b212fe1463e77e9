import type { FlyctlClient } from '../client.ts';
import type { Clock } from '../clock.ts';
import { FlyctlError } from '../error.ts';

export interface NewRelease {
  readonly app: string;
  readonly buildId: number;
  readonly definition: unknown;
  readonly image: string;
  readonly strategy: string;
}

/** One attempt only. */
export async function createRelease(client: FlyctlClient, { app, buildId, definition, image, strategy }: NewRelease): Promise<{ id: string; version: number }> {
  const answer = await client.api('POST', '/api/v1/releases', { body: { app_name: app, build_id: buildId, definition, image, strategy: strategy.toUpperCase() } });
  if (answer.status !== 200 && answer.status !== 201) throw new FlyctlError(`failed to create release (status ${answer.status}): ${answer.text}`);
  return (JSON.parse(answer.text) as { release: { id: string; version: number } }).release;
}

export interface Progress {
  readonly id: string;
  readonly status: 'running' | 'complete' | 'failed' | 'interrupted';
  readonly metadata: { readonly post_deployment_info: { readonly flyctl_version: string; readonly error: string } } | null;
}

// Three attempts, 0.5 and 1 s apart (measured).
const PAUSES_MS = [500, 1000];

export async function patchRelease(client: FlyctlClient, clock: Clock, { id, status, metadata }: Progress, signal?: AbortSignal): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await client.api('PATCH', `/api/v1/releases/${id}`, { body: { metadata, status }, ...(signal === undefined ? {} : { signal }) });
    if (answer.status === 200) return;
    const pause = PAUSES_MS[attempt];
    if (answer.status < 500 || pause === undefined) throw new FlyctlError(`failed to update release (status ${answer.status}): ${answer.text}`);
    await clock.rest(pause);
  }
}
