import { UserError } from '@vendure-deploy/shared/action';
import { parse as parseJson, type ParseError } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';

const route = z.union([z.string(), z.looseObject({ zone_name: z.string().optional() })]);
const own = z.object({ account_id: z.string().optional(), assets: z.unknown().optional(), route: route.optional(), routes: z.array(route).optional() });
const whole = own.extend({ env: z.record(z.string(), own).optional() });

/**
 * `account_id` of a wrangler configuration, as it counts for one of its environments; null when it names none. In wrangler it beats
 * CLOUDFLARE_ACCOUNT_ID, so it must be known before a token is given out.
 * @throws {UserError} invalid-config
 */
export function configuredAccount(text: string, file: string, environment: string): string | null {
  const read = readConfiguration(text, file, whole);
  return read.env?.[environment]?.account_id ?? read.account_id ?? null;
}

/** Whether a version brings files of its own: an environment inherits `assets`. @throws {UserError} invalid-config */
export function configuresAssets(text: string, file: string, environment: string): boolean {
  const read = readConfiguration(text, file, whole);
  return (read.env?.[environment]?.assets ?? read.assets ?? null) !== null;
}

/** The zones that its routes name, each once; an environment without routes of its own inherits them. @throws {UserError} invalid-config */
export function configuredZones(text: string, file: string, environment: string): string[] {
  const read = readConfiguration(text, file, whole);
  const routesOf = ({ route: one, routes = one === undefined ? undefined : [one] }: z.infer<typeof own>): z.infer<typeof route>[] | undefined => routes;
  const routes = routesOf(read.env?.[environment] ?? {}) ?? routesOf(read) ?? [];
  return [...new Set(routes.flatMap((one) => (typeof one === 'string' || one.zone_name === undefined ? [] : [one.zone_name])))];
}

/** What `shape` keeps of it. @throws {UserError} invalid-config */
export function readConfiguration<T>(text: string, file: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(file.endsWith('.toml') ? parseToml(text) : readJson(text));
  } catch (cause) {
    throw new UserError(`cf-worker-deploy: ${file} cannot be read as ${file.endsWith('.toml') ? 'TOML' : 'JSON with comments'}.`, { reasonCode: 'invalid-config', cause });
  }
}

/** Comments and trailing commas are wrangler's to allow; anything else is no JSON. */
function readJson(text: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parseJson(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) throw new Error(`no JSON at offset ${errors[0]?.offset ?? 0}`);
  return value;
}
