import { UserError } from '../action/errors.ts';
import { parse as parseJson, type ParseError } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';

const route = z.union([z.string().transform((pattern) => ({ pattern, zone_name: undefined })), z.looseObject({ pattern: z.string().default(''), zone_name: z.string().optional() })]);
const own = z.object({
  name: z.string().optional(),
  account_id: z.string().optional(),
  main: z.string().optional(),
  assets: z.looseObject({ directory: z.string().optional() }).optional(),
  build: z.looseObject({ command: z.string().optional() }).optional(),
  workers_dev: z.boolean().optional(),
  preview_urls: z.boolean().optional(),
  route: route.optional(),
  routes: z.array(route).optional(),
});
const whole = own.extend({ env: z.record(z.string(), own).optional() });

/** What a deploy must know of a wrangler configuration before wrangler reads it, as it counts for one of its environments. */
export interface WranglerConfiguration {
  /** The Worker; an environment without a name has the top level's, with its own behind it. null: nobody names one. */
  readonly name: string | null;
  /** In wrangler it beats CLOUDFLARE_ACCOUNT_ID, so it must be known before a token is given out. */
  readonly account: string | null;
  /** The entry file, beside the configuration. */
  readonly main: string | null;
  /** null: a version brings no files of its own. */
  readonly assets: { readonly directory: string | null } | null;
  /** wrangler runs it in the deploy. */
  readonly buildCommand: string | null;
  /** null: nobody says it. */
  readonly workersDev: boolean | null;
  readonly previewUrls: boolean | null;
  /** A deploy makes these the routes of the Worker, and takes every other one from it; unless there are none: then all stay (wrangler makes no call). */
  readonly routes: readonly { readonly pattern: string; readonly zone: string | null }[];
  /** That its routes name, each once. */
  readonly zones: readonly string[];
}

/** @param environment '' is the top level. @throws {UserError} invalid-config: it cannot be read, or has no such environment */
export function configurationOf(text: string, file: string, environment: string): WranglerConfiguration {
  const { env = {}, ...top } = readConfiguration(text, file, whole);
  const active = environment === '' ? {} : env[environment];
  // wrangler only warns where there are no environments at all, and deploys the top level under another name.
  if (active === undefined) throw new UserError(`${file} has no env.${environment}. It has: ${Object.keys(env).join(', ') || 'none'}. Correct the configured wrangler-environment, or add it.`, { reasonCode: 'invalid-config' });
  // All of these are inherited.
  const { account_id: account, main, assets, build, workers_dev: workersDev, preview_urls: previewUrls } = { ...top, ...active };
  const routes = routesOf(active) ?? routesOf(top) ?? [];
  return {
    name: active.name ?? (environment === '' || top.name === undefined ? top.name : `${top.name}-${environment}`) ?? null,
    account: account ?? null,
    main: main ?? null,
    assets: assets === undefined ? null : { directory: assets.directory ?? null },
    buildCommand: build?.command ?? null,
    workersDev: workersDev ?? null,
    previewUrls: previewUrls ?? null,
    routes: routes.map(({ pattern, zone_name: zone = null }) => ({ pattern, zone })),
    zones: [...new Set(routes.flatMap(({ zone_name: zone }) => zone ?? []))],
  };
}

/** What `shape` keeps of it. @throws {UserError} invalid-config */
export function readConfiguration<T>(text: string, file: string, shape: z.ZodType<T>): T {
  const read = shape.safeParse(parsed(text, file));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw unreadable(`${file} is not as wrangler wants it at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? ''}`, read.error);
}

function parsed(text: string, file: string): unknown {
  try {
    return file.endsWith('.toml') ? parseToml(text) : readJson(text);
  } catch (cause) {
    throw unreadable(`${file} cannot be read as ${file.endsWith('.toml') ? 'TOML' : 'JSON with comments'}`, cause);
  }
}

function routesOf({ route: one, routes = one === undefined ? undefined : [one] }: z.infer<typeof own>): z.infer<typeof route>[] | undefined {
  return routes;
}

/** Comments and trailing commas are wrangler's to allow; anything else is no JSON. */
function readJson(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parseJson(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) throw new Error(`no JSON at offset ${errors[0]?.offset ?? 0}`);
  return value;
}

function unreadable(why: string, cause: unknown): UserError {
  return new UserError(`${why}.`, { reasonCode: 'invalid-config', cause });
}
