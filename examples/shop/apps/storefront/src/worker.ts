import { readCatalogue } from './catalogue.ts';
import { type Flags, maintenance } from './maintenance.ts';
import { page } from './page.ts';
import { marked, versionAnswer, type VersionMetadata } from './release.ts';

interface Environment {
  readonly API_ORIGIN: string;
  readonly FLAGS: Flags;
  readonly CF_VERSION_METADATA: VersionMetadata;
}

export default {
  async fetch(request: Request, environment: Environment): Promise<Response> {
    return marked(await answer(request, environment), environment.CF_VERSION_METADATA);
  },
};

async function answer(request: Request, environment: Environment): Promise<Response> {
  const { pathname } = new URL(request.url);
  // In maintenance, too: which version serves is a question of its own.
  if (pathname === '/__version') return versionAnswer(environment.CF_VERSION_METADATA);
  const notice = await maintenance(environment.FLAGS);
  if (notice !== null) return notice;
  if (pathname !== '/') return new Response('Not found\n', { status: 404 });
  return new Response(page(environment.API_ORIGIN, await readCatalogue(environment.API_ORIGIN)), { headers: { 'content-type': 'text/html; charset=utf-8' } });
}
