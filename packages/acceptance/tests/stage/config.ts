export const CONFIG_FILE = '.github/deploy.config.yml';
/** Where that one says it is. */
export const FLY_CONFIG = 'apps/server/fly.toml';

/** Where each surface answers; names that no resolver knows, unless a test has hosts of its own. */
export interface PublicUrls {
  readonly vendure: string;
  readonly dashboard: string;
  readonly storefront: string;
}

const NOWHERE: PublicUrls = { vendure: 'https://api.shop.example', dashboard: 'https://dashboard.shop.example', storefront: 'https://www.shop.example' };

/** A shop's whole deploy configuration; tests break single lines of it. */
export function shopConfig(urls: PublicUrls = NOWHERE): string {
  return `schema-version: 1
environments:
  production:
    sla-seconds: 900
    default-branch-only: true
    surfaces:
      vendure:
        app: shop-production
        fly-config: apps/server/fly.toml
        image-repository: registry.fly.io/shop-production
        dockerfile: apps/server/Dockerfile
        context: .
        process-groups: [app, worker]
        public-url: ${urls.vendure}
        health-path: /health/ready
        version-path: /version
        graphql-path: /shop-api
        migrations: apps/server/migrations/*.ts
${worker('dashboard', urls)}${worker('storefront', urls)}${WORDPRESS}tools:
  flyctl: { version: 0.4.87, sha256: "" }
  wrangler: { range: ">=4.130.0 <5" }
`;
}

/** The same with what post-deploy-verify proves beyond version and readiness. */
export function verifyConfig(urls: PublicUrls, compatibility = 'storefront-may-lag'): string {
  return shopConfig(urls)
    .replace('    surfaces:\n', `    compatibility: ${compatibility}\n    surfaces:\n`)
    .replace('        graphql-path: /shop-api\n', `        graphql-path: /shop-api
        verify:
          jobs-path: /jobs
          queue-lag-seconds: 60
          canary:
            - { name: products, path: /shop-api, graphql: "{ products { totalItems } }", expect: { json: { /data/products/totalItems: { at-least: 1 } } } }
`)
    .replace('artifact: [apps/storefront/dist, apps/storefront/wrangler.jsonc]\n', `artifact: [apps/storefront/dist, apps/storefront/wrangler.jsonc]
        verify:
          shadow:
            - { name: home, path: /, expect: { contains: [Tea], lacks: [Error], matches: ["<h1>(?i)tea"] } }
`);
}

/** The same with a second environment, whose image of the same commit production may have. */
export function promotingConfig(repositories: { readonly production: string; readonly staging: string }): string {
  const one = (environment: string, repository: string, more = ''): string => `  ${environment}:
    sla-seconds: 900
    default-branch-only: false
${more}    surfaces:
      vendure:
        app: ${repository.split('/').at(-1) ?? ''}
        fly-config: apps/server/fly.toml
        image-repository: ${repository}
        dockerfile: Dockerfile
        context: .
        process-groups: [app, worker]
        public-url: https://api.${environment}.shop.example
        health-path: /health/ready
        version-path: /version
`;
  return `schema-version: 1
environments:
${one('production', repositories.production, '    promote-from: staging\n')}${one('staging', repositories.staging)}tools:
  wrangler: { range: ">=4.130.0 <5" }
`;
}

/** As much of Fly's own configuration as an action reads. */
export function flyConfig(): string {
  return '[processes]\napp = "node server.cjs"\nworker = "node worker.cjs"\n';
}

/** One line: the lines below keep their numbers but for it. */
const WORDPRESS = `      wordpress: { host: vps.shop.example, user: deploy, known-hosts: ["vps.shop.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="], wordpress-path: /srv/www, plugins-path: /srv/www/wp-content/plugins, releases-path: /srv/releases, plugin: tea-shop, sources: wordpress/tea-shop, public-url: "https://blog.shop.example", health-path: / }
`;

function worker(surface: 'dashboard' | 'storefront', urls: PublicUrls): string {
  return `      ${surface}:
        worker: shop-${surface}
        directory: apps/${surface}
        wrangler-config: apps/${surface}/wrangler.jsonc
        wrangler-environment: production
        account-id: 0123456789abcdef0123456789abcdef
        public-url: ${urls[surface]}
        version-path: /__version
        install: [pnpm, install]
        build: [pnpm, build]
        artifact: [apps/${surface}/dist, apps/${surface}/wrangler.jsonc]
`;
}
