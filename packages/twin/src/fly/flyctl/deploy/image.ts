import type { FlyctlClient } from '../client.ts';
import { during, FlyctlError, outcomeOf, textOf } from '../error.ts';
import { warn } from './deployment.ts';

export interface ResolvedImage {
  readonly reference: string;
  /** 0 when Fly would not open a build. */
  readonly buildId: number;
}

const QUERY = 'query ($appName: String!, $imageRef: String!) { app(name: $appName) { id image(ref: $imageRef) { id digest ref compressedSize: compressedSizeFull manifest } } }';
const STRATEGIES = ['Local Image Reference', 'Remote Image Reference'];

interface Found {
  readonly id: string;
  readonly ref: string;
  readonly compressedSize: string;
}

/** Asks Fly for the image, inside of a build that has nothing to build. What fails is done a second time, whole (measured). */
export async function resolveImage(client: FlyctlClient, { app, organization, image }: { app: string; organization: string; image: string }): Promise<ResolvedImage> {
  const attempt = async (): Promise<ResolvedImage> => {
    process.stderr.write('==> Building image\n');
    const known = await client.api('GET', `/api/v1/organizations/${organization}`);
    if (known.status !== 200) throw new FlyctlError(`failed to get organization ${organization} (status ${known.status}): ${known.text}`);
    const buildId = await openBuild(client, app);
    process.stderr.write(`Searching for image '${image}' remotely...\n`);
    const [found, error] = await outcomeOf(find(client, app, image));
    if (buildId !== 0) await finishBuild(client, { app, buildId, found, error });
    if (error !== null) throw error;
    if (found === null) throw new FlyctlError(`could not find image "${image}"`);
    process.stderr.write(`image found: ${found.id}\n`);
    return { reference: found.ref, buildId };
  };
  return attempt().catch((first: unknown) => attempt().catch((error: unknown) => {
    throw during('failed to fetch an image or build from source', error ?? first);
  }));
}

async function openBuild(client: FlyctlClient, app: string): Promise<number> {
  const answer = await client.api('POST', '/api/v1/builds', { body: { app_name: app, builder_type: 'depot.dev', strategies_available: STRATEGIES } });
  if (answer.status === 200) return (JSON.parse(answer.text) as { id: number }).id;
  warn(`failed to create build in graphql: ensure depot builder failed, please try again (status ${answer.status}): ${answer.text}\n`);
  return 0;
}

async function find(client: FlyctlClient, app: string, image: string): Promise<Found | null> {
  const { app: answer } = await client.graphql<{ app: { image: Found | null } }>(QUERY, { appName: app, imageRef: image });
  return answer.image;
}

async function finishBuild(client: FlyctlClient, { app, buildId, found, error }: { app: string; buildId: number; found: Found | null; error: unknown }): Promise<void> {
  const body = {
    build_id: buildId,
    app_name: app,
    machine_id: '',
    status: found === null ? 'failed' : 'completed',
    strategies_attempted: [
      { error: '', note: 'local docker daemon not available, skipping', result: 'failed', strategy: STRATEGIES[0] },
      { error: error === null ? '' : textOf(error), note: '', result: found === null ? 'failed' : 'success', strategy: STRATEGIES[1] },
    ],
    builder_meta: { builder_type: '', buildkit_enabled: false, docker_version: '', platform: '', remote_app_name: '', remote_machine_id: '' },
    final_image: found === null ? { id: '', size_bytes: 0, tag: '' } : { id: found.id, size_bytes: Number(found.compressedSize), tag: found.ref },
    timings: { build_and_push_ms: 1, build_ms: 1, builder_init_ms: -1, context_build_ms: -1, image_build_ms: -1, push_ms: -1 },
    logs: logsOf(found, error),
  };
  await client.api('POST', '/api/v1/builds/finish', { body }).catch((failure: unknown) => warn(`failed to finish build in graphql: ${textOf(failure)}\n`));
}

function logsOf(found: Found | null, error: unknown): string {
  if (error !== null) return textOf(error);
  return found === null ? 'no strategies resulted in an image' : '';
}
