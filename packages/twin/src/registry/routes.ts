/** What a request asks for. A repository's name may hold slashes, so the path is read from its end. */
export type Route =
  | { readonly kind: 'version' }
  | { readonly kind: 'token' }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly session: string }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'bad-name'; readonly repository: string }
  | { readonly kind: 'nothing' };

const NAME = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

export function routeOf(url: URL): Route {
  const path = decodeURIComponent(url.pathname);
  if (path === '/v2' || path === '/v2/') return { kind: 'version' };
  if (path === '/token') return { kind: 'token' };
  const match = /^\/v2\/(?<repository>.+?)\/(?:(?<uploads>blobs\/uploads)\/?(?<session>[^/]*)|blobs\/(?<blob>[^/]+)|manifests\/(?<reference>[^/]+)|(?<tags>tags\/list)|referrers\/(?<subject>[^/]+))$/.exec(path);
  const part = match?.groups;
  const repository = part?.['repository'];
  if (part === undefined || repository === undefined) return { kind: 'nothing' };
  if (!NAME.test(repository) || repository.length > 255) return { kind: 'bad-name', repository };
  if (part['uploads'] !== undefined) {
    const session = part['session'] ?? '';
    return session === '' ? { kind: 'uploads', repository } : { kind: 'upload', repository, session };
  }
  if (part['blob'] !== undefined) return { kind: 'blob', repository, digest: part['blob'] };
  if (part['reference'] !== undefined) return { kind: 'manifest', repository, reference: part['reference'] };
  if (part['tags'] !== undefined) return { kind: 'tags', repository };
  return { kind: 'referrers', repository, digest: part['subject'] ?? '' };
}
