/** Put in by the build. */
declare const DEPLOY_SHA: string;

export interface VersionMetadata {
  readonly id: string;
  readonly tag: string;
  readonly timestamp: string;
}

export function versionAnswer(version: VersionMetadata): Response {
  return Response.json({ sha: DEPLOY_SHA, versionId: version.id, surface: 'storefront' });
}

/** Every answer says which version gave it, and no cache may keep it. */
export function marked(answer: Response, version: VersionMetadata): Response {
  const response = new Response(answer.body, answer);
  response.headers.set('x-deploy-version', version.id);
  response.headers.set('cache-control', 'no-store');
  return response;
}
