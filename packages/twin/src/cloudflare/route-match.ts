import type { Route } from './state.ts';

/** The route that a URL takes: the most specific pattern wins (Cloudflare's documentation, "Routes", matching behaviour). */
export function routeFor(routes: readonly Route[], url: URL): Route | null {
  const matching = routes.filter(({ pattern }) => matches(pattern, url));
  return matching.toSorted((left, right) => specificity(right.pattern) - specificity(left.pattern))[0] ?? null;
}

/** `*` stands for anything, a dot included, but only at the start of the host and at the end of the path; a pattern without a scheme takes both. */
function matches(pattern: string, url: URL): boolean {
  const [, scheme, host = '', path = '/'] = /^(?:(https?):\/\/)?([^/]*)(\/.*)?$/u.exec(pattern) ?? [];
  if (scheme !== undefined && `${scheme}:` !== url.protocol) return false;
  const hostMatches = host.startsWith('*') ? url.hostname.endsWith(host.slice(1)) : url.hostname === host;
  const target = url.pathname + url.search;
  return hostMatches && (path.endsWith('*') ? target.startsWith(path.slice(0, -1)) : target === path);
}

/** A host without a wildcard beats one with; then the longer pattern. */
function specificity(pattern: string): number {
  return (/^(?:https?:\/\/)?\*/u.test(pattern) ? 0 : 10_000) + pattern.length;
}
