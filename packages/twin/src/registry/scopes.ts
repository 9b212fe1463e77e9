import type { Route } from './routes.ts';

export type Action = 'pull' | 'push' | 'delete';

/** What may be done to one repository, as tokens and challenges spell it: `repository:team/shop:pull,push`. */
export interface Scope {
  readonly repository: string;
  readonly actions: readonly Action[];
}

/** What a request needs; none for what is no repository's. A mount reads its source, too. */
export function scopesOf(route: Route, method: string, url: URL): Scope[] {
  if (!('repository' in route)) return [];
  const own = { repository: route.repository, actions: actionsOf(method) };
  const from = route.kind === 'uploads' && url.searchParams.has('mount') ? url.searchParams.get('from') : null;
  return from === null || from === '' || from === route.repository ? [own] : [own, { repository: from, actions: ['pull'] }];
}

function actionsOf(method: string): readonly Action[] {
  if (method === 'GET' || method === 'HEAD') return ['pull'];
  return method === 'DELETE' ? ['delete'] : ['pull', 'push'];
}

export function textOf(scopes: readonly Scope[]): string {
  return scopes.map(({ repository, actions }) => `repository:${repository}:${actions.join(',')}`).join(' ');
}

const ALL: readonly Action[] = ['pull', 'push', 'delete'];

/** Several scopes may stand in one parameter; what is no repository's is left out. */
export function parseScopes(parameters: readonly string[]): Scope[] {
  return parameters.flatMap((parameter) => parameter.split(' ')).flatMap((text) => {
    const { repository, actions } = /^repository(?:\([^)]*\))?:(?<repository>.+):(?<actions>[^:]*)$/u.exec(text)?.groups ?? {};
    if (repository === undefined || actions === undefined) return [];
    const wanted = actions.split(',');
    return [{ repository, actions: ALL.filter((action) => wanted.includes(action) || wanted.includes('*')) }];
  });
}
