import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Surfaces } from '@vendure-deploy/twin';
import { parse } from 'yaml';
import { z } from 'zod';

const worker = z.object({
  worker: z.string(),
  directory: z.string(),
  'wrangler-config': z.string(),
  'wrangler-environment': z.string().optional(),
  'account-id': z.string(),
  'public-url': z.url(),
  preview: z.object({ worker: z.string(), 'wrangler-environment': z.string() }).optional(),
  access: z.object({ team: z.string() }).optional(),
  install: z.array(z.string()),
  build: z.array(z.string()),
});

const vendure = z.object({
  app: z.string(),
  'fly-config': z.string(),
  'image-repository': z.string(),
  dockerfile: z.string(),
  context: z.string().default('.'),
  'public-url': z.url(),
  commands: z.object({ environment: z.array(z.string()).optional() }).optional(),
  secrets: z.object({ names: z.array(z.string()).optional() }).optional(),
});

/** Without a server: a hidden lane before that of another environment. */
const environment = z.object({
  'promote-from': z.string().optional(),
  credentials: z.object({ map: z.record(z.string(), z.string()) }).optional(),
  surfaces: z.object({ vendure: vendure.optional(), dashboard: worker.optional(), storefront: worker.optional() }),
});

const CONFIG = '.github/deploy.config.yml';

const config = z.object({ environments: z.record(z.string(), environment), tools: z.object({ flyctl: z.object({ version: z.string() }).default({ version: '0.4.87' }) }).prefault({}) });

export type ShopConfig = z.infer<typeof config>;

export type SeedEnvironment = z.infer<typeof environment>;
export type SeedWorker = z.infer<typeof worker>;
export type SeedVendure = z.infer<typeof vendure>;

/** What the stage needs of the shop's deploy configuration. The full schema is the kernel's: an action that reads a wrong file says so itself. */
export async function readShopConfig(shop: string): Promise<ShopConfig> {
  const text = await readFile(join(shop, CONFIG), 'utf8').catch(() => { throw new Error(`The shop has no ${CONFIG} on its branch main. What is not committed is not seen here, as on GitHub.`); });
  const parsed = config.safeParse(parse(text));
  if (!parsed.success) {
    const [fault] = parsed.error.issues;
    throw new Error(`The shop's ${CONFIG} does not fit a rehearsal: ${fault?.path.join('.') ?? ''}: ${fault?.message ?? ''}.`);
  }
  if (Object.values(parsed.data.environments).every(({ surfaces }) => surfaces.vendure === undefined)) throw new Error(`The shop's ${CONFIG} does not fit a rehearsal: no environment has the surface vendure.`);
  return parsed.data;
}

export function environmentOf({ environments }: ShopConfig, name: string): SeedEnvironment {
  const found = environments[name];
  if (found === undefined) throw new Error(`The shop's .github/deploy.config.yml has no environment "${name}". It has: ${Object.keys(environments).join(', ')}.`);
  return found;
}

/** Which environment a lane is about: the one that it is given, else the one of its name; production where neither says, and staging for pull requests. */
export function environmentOfLane({ environments }: ShopConfig, lane: string, inputs: Readonly<Record<string, string>>): string {
  const given = inputs['environment'] ?? '';
  if (given in environments) return given;
  if (lane.startsWith('preview-')) return 'staging';
  return Object.keys(environments).find((name) => lane.endsWith(`-${name}`)) ?? 'production';
}

/** Which app, database and Workers are which surface of that environment. */
export function surfacesOf(shop: ShopConfig, environment: string): Surfaces {
  const { vendure: own, dashboard, storefront } = environmentOf(shop, environment).surfaces;
  // A lane without a server stands before production's: what that serves is what may not change.
  const vendure = own ?? environmentOf(shop, 'production').surfaces.vendure;
  if (vendure === undefined) throw new Error("The shop's .github/deploy.config.yml has no surface vendure in production.");
  return { environment, app: vendure.app, database: databaseOf(vendure.app), dashboard: dashboard?.worker ?? null, storefront: storefront?.worker ?? null };
}

export function databaseOf(app: string): string {
  return app.replaceAll('-', '_');
}

/** What the shop's server and its deploy share to ask about the job queue: the same in every world, as the seed's Machines have it already. */
export function jobsTokenOf(app: string): string {
  return createHash('sha256').update(`job checks of ${app}`).digest('hex');
}

/**
 * What the Machines and the shop's own commands get, by the names of its configuration. A value that nobody here can know is made up: the same in every
 * world, as the seed's Machines have it already.
 */
export function secretsOf({ app, secrets }: SeedVendure, databaseUrl: string): Record<string, string> {
  return valuesOf(app, secrets?.names ?? ['DATABASE_URL', 'JOBS_TOKEN'], databaseUrl);
}

export function commandVariablesOf({ app, commands }: SeedVendure, databaseUrl: string): Record<string, string> {
  return valuesOf(app, commands?.environment ?? ['DATABASE_URL'], databaseUrl);
}

function valuesOf(app: string, names: readonly string[], databaseUrl: string): Record<string, string> {
  const known: Readonly<Record<string, string>> = { DATABASE_URL: databaseUrl, JOBS_TOKEN: jobsTokenOf(app) };
  return Object.fromEntries(names.map((name) => [name, known[name] ?? createHash('sha256').update(`${name} of ${app}`).digest('hex')]));
}

/** The one account that the shop's Workers live in; a shop without Workers has none, and the twin's gets a number of its own. */
export function accountOf({ environments }: ShopConfig): string {
  const accounts = new Set(Object.values(environments).flatMap(({ surfaces }) => workersOf(surfaces).map((worker) => worker['account-id'])));
  const [account = '0'.repeat(32), other] = [...accounts];
  if (other !== undefined) throw new Error(`The shop's Workers live in several Cloudflare accounts (${[...accounts].join(', ')}); the twin has one.`);
  return account;
}

/** Every domain above a public host is a zone of the account: which of them it really is, wrangler's configuration names. */
export function zonesOf({ environments }: ShopConfig): { id: string; name: string }[] {
  const hosts = Object.values(environments).flatMap(({ surfaces }) => [...(surfaces.vendure === undefined ? [] : [surfaces.vendure]), ...workersOf(surfaces)].map((surface) => new URL(surface['public-url']).hostname));
  const names = new Set(hosts.flatMap((host) => host.split('.').map((_, index, labels) => labels.slice(index).join('.')).filter((name) => name.includes('.'))));
  return [...names].map((name) => ({ id: createHash('md5').update(name).digest('hex'), name }));
}

export function workersOf({ dashboard, storefront }: SeedEnvironment['surfaces']): SeedWorker[] {
  return [dashboard, storefront].filter((worker) => worker !== undefined);
}
