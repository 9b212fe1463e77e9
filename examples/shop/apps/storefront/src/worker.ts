import { page } from './page.ts';
import { marked, versionAnswer, type VersionMetadata } from './release.ts';

interface Environment {
  readonly API_ORIGIN: string;
  readonly CF_VERSION_METADATA: VersionMetadata;
}

export default {
  fetch(request: Request, environment: Environment): Response {
    return marked(answer(request, environment), environment.CF_VERSION_METADATA);
  },
};

function answer(request: Request, environment: Environment): Response {
  switch (new URL(request.url).pathname) {
    case '/__version': return versionAnswer(environment.CF_VERSION_METADATA);
    case '/': return new Response(page(environment.API_ORIGIN), { headers: { 'content-type': 'text/html; charset=utf-8' } });
    default: return new Response('Not found\n', { status: 404 });
  }
}
