import { json, textOf } from './answer.ts';
import { parseReference } from './machine.ts';
import type { App, FlyState } from './world.ts';

/** The few GraphQL questions that a deploy asks; others are answered as Fly answers what it does not know. */
export async function answerGraphql(body: Record<string, unknown>, state: FlyState): Promise<Response> {
  const query = textOf(body['query']);
  const variables = (body['variables'] ?? {}) as Record<string, string>;
  if (query.includes('image(ref')) return json({ data: { app: { id: variables['appName'], image: await imageOf(variables['imageRef'] ?? '', state) } } });
  if (query.includes('canPerformBluegreenDeployment')) return json({ data: { canPerformBluegreenDeployment: true } });
  if (query.includes('viewer')) return json({ data: { viewer: { email: 'deploy@tokens.fly.io' } } });
  if (query.includes('egressIpAddresses')) return json({ data: { app: { egressIpAddresses: { nodes: [] } } } });
  if (query.includes('apps(')) return json({ data: { apps: { nodes: [...state.apps.values()].map(compactOf) } } });
  const app = state.apps.get(variables['appName'] ?? variables['name'] ?? '');
  if (app === undefined) return json({ errors: [{ message: `Could not find App "${variables['appName'] ?? ''}"`, extensions: { code: 'NOT_FOUND' } }] });
  if (query.includes('appcompact')) return json({ data: { appcompact: compactOf(app) } });
  if (query.includes('currentReleaseUnprocessed')) return json({ data: { app: { currentRelease: { version: app.releases.at(-1)?.version ?? 0 } } } });
  return json({ errors: [{ message: "Field doesn't exist", extensions: { code: 'undefinedField' } }] });
}

async function imageOf(reference: string, { registry }: FlyState): Promise<unknown> {
  const { repository, tag, digest } = parseReference(reference);
  const image = await registry.image({ repository, reference: digest === '' ? tag : digest });
  return image === null ? null : { id: image.digest, digest: image.digest, ref: reference, compressedSize: '0', manifest: null };
}

function compactOf({ name }: App): Record<string, unknown> {
  return {
    id: name,
    internalNumericId: 1,
    name,
    hostname: `${name}.fly.dev`,
    cnameTarget: '',
    deployed: true,
    network: 'default',
    status: 'deployed',
    appUrl: `https://${name}.fly.dev`,
    platformVersion: 'machines',
    organization: { id: 'org', internalNumericId: '1', slug: 'shop', paidPlan: true },
    postgresAppRole: null,
  };
}
