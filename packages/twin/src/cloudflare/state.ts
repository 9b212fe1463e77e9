import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { accessApp } from './access-app.ts';

const annotations = z.record(z.string(), z.string());
export const binding = z.looseObject({ name: z.string(), type: z.string() });
export const manifest = z.record(z.string(), z.object({ hash: z.string(), size: z.number() }));
export const assetsConfig = z.object({
  not_found_handling: z.enum(['none', 'single-page-application', '404-page']).optional(),
  html_handling: z.enum(['auto-trailing-slash', 'force-trailing-slash', 'drop-trailing-slash', 'none']).optional(),
  run_worker_first: z.union([z.boolean(), z.array(z.string())]).optional(),
  _headers: z.string().optional(),
  _redirects: z.string().optional(),
});

const version = z.object({
  id: z.string(),
  number: z.number(),
  createdOn: z.string(),
  source: z.string(),
  annotations,
  /** null for a Worker that only has assets. */
  mainModule: z.string().nullable(),
  modules: z.array(z.object({ name: z.string(), type: z.enum(['esm', 'cjs', 'text', 'data', 'wasm']), content: z.string() })),
  bindings: z.array(binding),
  compatibilityDate: z.string(),
  compatibilityFlags: z.array(z.string()),
  assets: z.object({ manifest, config: assetsConfig }).nullable(),
});

const deployment = z.object({
  id: z.string(),
  createdOn: z.string(),
  source: z.string(),
  annotations,
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
});

const script = z.object({
  name: z.string(),
  tag: z.string(),
  createdOn: z.string(),
  lastDeployedFrom: z.string(),
  /** In the order of upload. */
  versions: z.array(version),
  /** Newest first: the first one is live. */
  deployments: z.array(deployment),
  /** Not versioned: a change acts on every version at once. */
  settings: z.object({ tags: z.array(z.string()), logpush: z.boolean(), observability: z.unknown(), tail_consumers: z.array(z.unknown()).nullable() }),
  subdomain: z.object({ enabled: z.boolean(), previews_enabled: z.boolean() }),
});

const noAccess = (): { team: string; key: null; apps: []; serviceTokens: [] } => ({ team: 'shop-example', key: null, apps: [], serviceTokens: [] });

const state = z.object({
  /** Signs the tokens of asset uploads, so that one of another world is refused. */
  key: z.string(),
  subdomain: z.string(),
  scripts: z.record(z.string(), script),
  routes: z.array(z.object({ id: z.string(), zone: z.string(), pattern: z.string(), script: z.string() })),
  namespaces: z.array(z.object({ id: z.string(), title: z.string() })),
  buckets: z.array(z.object({ name: z.string(), creation_date: z.string() })),
  uploads: z.record(z.string(), z.object({ script: z.string(), manifest, startedAt: z.number() })),
  /** Custom domains: the Worker is all of such a host. */
  domains: z.array(z.object({ id: z.string(), hostname: z.string(), service: z.string(), zone: z.string() })).default(() => []),
  access: z.object({
    team: z.string(),
    /** PEM; null until something is signed. */
    key: z.string().nullable(),
    apps: z.array(accessApp),
    serviceTokens: z.array(z.object({ clientId: z.string(), clientSecret: z.string() })),
  }).default(noAccess),
});

export type CloudflareState = z.infer<typeof state>;
export type Script = z.infer<typeof script>;
export type Version = z.infer<typeof version>;
export type Deployment = z.infer<typeof deployment>;
export type Binding = z.infer<typeof binding>;
export type Manifest = z.infer<typeof manifest>;
export type Route = CloudflareState['routes'][number];

/** What an earlier world left in this directory, or a fresh account. */
export function loadState(directory: string): CloudflareState {
  const path = join(directory, 'state.json');
  if (existsSync(path)) return state.parse(JSON.parse(readFileSync(path, 'utf8')));
  return { key: randomBytes(32).toString('hex'), subdomain: 'shop-example', scripts: {}, routes: [], namespaces: [], buckets: [], uploads: {}, domains: [], access: noAccess() };
}

/** Written before the answer goes out: what was told to a client is also there after a kill. Secrets lie in it, so only its owner reads it. */
export function saveState(directory: string, value: CloudflareState): void {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'state.json');
  writeFileSync(`${path}.next`, JSON.stringify(value, null, 2), { mode: 0o600 });
  renameSync(`${path}.next`, path);
}
