import type { AccessApp } from '@vendure-deploy/shared/providers/cloudflare';

interface Concern {
  readonly app: AccessApp;
  /** Of the host itself, not of a wildcard around it. */
  readonly exact: boolean;
  /** All of the host. */
  readonly whole: boolean;
}

/** Which applications have a say about a host: whole, in part, or by a wildcard. */
export function concerning(apps: readonly AccessApp[], host: string): readonly AccessApp[] {
  return apps.filter((app) => concernsOf(app, host).length > 0);
}

/** Why what the account says does not agree with what was signed; null: it does. */
export function judgeApps(apps: readonly AccessApp[], host: string, audience: string): string | null {
  const concerns = apps.flatMap((app) => concernsOf(app, host));
  const covering = concerns.filter(({ app, whole }) => whole && app.audience === audience);
  if (covering.length === 0) return `no Access application of the account covers all of ${host} with the audience ${audience} that was signed`;
  // The whole host beats a wildcard: an open application around a closed one opens nothing.
  const exact = covering.some((one) => one.exact);
  for (const { app } of concerns.filter((one) => one.exact || !exact)) {
    if (app.decisions === null) return `the policies of the Access application "${app.name}" are not known`;
    if (app.decisions.includes('bypass')) return `the Access application "${app.name}" lets everybody through on a part of ${host} (policy bypass)`;
    if (app.publicPaths.length > 0) return `the Access application "${app.name}" leaves paths of ${host} open to everybody (${app.publicPaths.join(', ')})`;
  }
  return null;
}

function concernsOf(app: AccessApp, host: string): readonly Concern[] {
  return app.domains.flatMap((domain) => {
    const [, pattern = '', path = ''] = /^(?:https?:\/\/)?([^/]*)(\/.*)?$/u.exec(domain) ?? [];
    const exact = pattern === host;
    return exact || isWildcardOf(pattern, host) ? [{ app, exact, whole: path === '' || path === '/' || path === '/*' }] : [];
  });
}

/** Taken wide, so that no application is overlooked: `*` is any text. */
function isWildcardOf(pattern: string, host: string): boolean {
  if (!pattern.includes('*')) return false;
  const source = pattern.split('*').map((part) => part.replaceAll(/[^a-z0-9-]/giu, String.raw`\$&`)).join('.*');
  return new RegExp(`^${source}$`, 'u').test(host);
}
