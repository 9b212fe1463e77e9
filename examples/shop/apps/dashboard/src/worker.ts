import { marked, versionAnswer, type VersionMetadata } from './release.ts';

interface Environment {
  readonly ASSETS: { fetch(request: Request): Promise<Response> };
  readonly API_ORIGIN: string;
  readonly CF_VERSION_METADATA: VersionMetadata;
}

export default {
  async fetch(request: Request, environment: Environment): Promise<Response> {
    return marked(await answer(request, environment), environment.CF_VERSION_METADATA);
  },
};

async function answer(request: Request, environment: Environment): Promise<Response> {
  switch (new URL(request.url).pathname) {
    case '/__version': return versionAnswer(environment.CF_VERSION_METADATA);
    case '/settings.json': return Response.json({ apiOrigin: environment.API_ORIGIN });
    default: return environment.ASSETS.fetch(request);
  }
}
