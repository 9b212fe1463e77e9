import type { Found, Server } from '../find/index.ts';
import { hint, known, knownOr, missing, type Section, section, usual } from './entry.ts';

/** What Vendure and the shop contract call these, where the shop says nothing else. */
const READY = '/health/ready';
const VERSION = '/version';
const SHOP_API = '/shop-api';

/** The surface vendure of one environment. */
export function vendureOf({ environment, file, app, dockerfile, context, processGroups, healthPath, shopApi, migrations, strategy, variables }: Server, found: Pick<Found, 'workers'>): Section {
  const api = apiOf(environment, found);
  return section({
    app: knownOr(app, 'shop-staging', 'the Fly app; or write it into fly.toml'),
    'fly-config': known(file, strategy === null ? '' : `[deploy] strategy = "${strategy}"`),
    'image-repository': app === null ? missing('registry.fly.io/shop-staging', 'registry.fly.io/ and the name of the Fly app') : known(`registry.fly.io/${app}`),
    dockerfile: knownOr(dockerfile, 'apps/server/Dockerfile', "the server's Dockerfile; docs/image.md has a template"),
    context: usual(context),
    'process-groups': known(processGroups),
    'public-url': api === null ? missing(app === null ? 'https://api.shop.example' : `https://${app}.fly.dev`, 'where the public reaches the server: its own domain, or the one of fly.dev') : known(api.origin, api.from),
    'health-path': isReadiness(healthPath) ? known(healthPath) : usual(READY, `fly.toml should ask for it, too: ${healthPath === null ? 'it has no check by HTTP' : `its ${healthPath} is no readiness`}`),
    'version-path': usual(VERSION),
    'graphql-path': shopApi === null ? usual(SHOP_API) : known(shopApi),
    migrations: migrations === null ? hint('src/migrations/*.ts', 'a glob of the migration files; none were found') : known(migrations),
    commands: hint({ environment: ['DATABASE_URL'], 'drift-audit': { run: ['pnpm', 'drift-audit'] } }, "optional: the shop's own drift audit and backup (docs/shop-contract.md)"),
    secrets: variables.length === 0
      ? hint({ source: 'inputs', names: ['DATABASE_URL'] }, 'optional: the Fly secrets that a deploy brings (docs/secrets.md)')
      : hint({ source: 'inputs', names: variables }, 'optional: the Fly secrets that a deploy brings (docs/secrets.md); these are what the sources read and fly.toml does not set'),
    verify: hint({ 'jobs-path': '/deploy/jobs' }, 'optional: what is proven after a deploy, beyond version and readiness (docs/shop-contract.md)'),
  });
}

/** Vendure's own /health is none: it answers 200 with the database away. */
function isReadiness(path: string | null): boolean {
  return path !== null && path !== '/health' && path !== '/';
}

/** The one API that the Workers of the environment use, which is the server; null: they name none, or several. */
function apiOf(environment: string, { workers }: Pick<Found, 'workers'>): { origin: string; from: string } | null {
  const named = workers.flatMap(({ file, environments }) => (environmentIn(environments, environment)?.[1].apis ?? []).map(({ variable, origin }) => ({ origin, from: `as ${variable} of ${file}` })));
  return new Set(named.map(({ origin }) => origin)).size === 1 ? (named[0] ?? null) : null;
}

/** The wrangler environment that is that one, by the names that are usual; production may be the top level. */
export function environmentIn<T>(environments: Readonly<Record<string, T>>, environment: string): [name: string, settings: T] | null {
  const names: Readonly<Record<string, readonly string[]>> = { production: ['production', 'prod', ''], staging: ['staging', 'stage'] };
  const name = (names[environment] ?? [environment]).find((one) => environments[one] !== undefined);
  const settings = name === undefined ? undefined : environments[name];
  return name === undefined || settings === undefined ? null : [name, settings];
}
