import { basename, dirname, join } from 'node:path/posix';
import { UserError } from '@vendure-deploy/shared/action';
import { configurationOf, readConfiguration, type WranglerConfiguration } from '@vendure-deploy/shared/wrangler-configuration';
import { z } from 'zod';
import type { Checkout } from '../checkout.ts';
import type { FoundWorker, WorkerEnvironment, WorkerSurface } from './found.ts';
import { packageOf } from './packages.ts';
import { jsonOf, tomlOf } from './parse.ts';

const FILE = /^wrangler\.(?:jsonc?|toml)$/u;
const variables = z.record(z.string(), z.unknown()).optional().catch(undefined);
const whole = z.looseObject({ name: z.string().optional(), vars: variables, env: z.record(z.string(), z.looseObject({ vars: variables })).optional() });

const SIGNS: readonly (readonly [WorkerSurface, RegExp])[] = [
  ['dashboard', /(?:^|[-_./])(?:dashboard|admin)/iu],
  ['storefront', /(?:^|[-_./])(?:storefront|store|front|frontend|web|website|shopfront)(?:$|[-_./])/iu],
];

export interface Workers {
  readonly workers: readonly FoundWorker[];
  readonly notes: readonly string[];
}

/** The wrangler configuration of each surface. @param chosen what the operator says of a surface @param server the folder of the server, which may also hold the Dashboard's */
export async function findWorkers(checkout: Checkout, chosen: Readonly<Partial<Record<WorkerSurface, string>>>, server: string): Promise<Workers> {
  const found: FoundWorker[] = [];
  const notes: string[] = [];
  const files = checkout.files.filter((path) => FILE.test(basename(path)));
  for (const [surface, file] of Object.entries(chosen)) if (!files.includes(file)) throw new UserError(`${surface}.wrangler-config is ${JSON.stringify(file)}, and this checkout has no such wrangler configuration. It has: ${files.join(', ') || 'none'}.`);
  for (const file of files) {
    const text = await checkout.read(file);
    if (text === null) continue;
    // wrangler's own reader names no line.
    const parsed = file.endsWith('.toml') ? tomlOf(text, file) : jsonOf(text, file);
    const surface = surfaceOf(file, z.looseObject({ name: z.string().optional() }).catch({}).parse(parsed).name ?? '', chosen);
    if (surface === null) notes.push(`${file} was not used: neither its name nor its folder says whether it is the Dashboard or the Storefront. Say so:  --set environments.staging.surfaces.storefront.wrangler-config=${file}`);
    else if (found.some((one) => one.surface === surface)) notes.push(`${file} was not used: ${found.find((one) => one.surface === surface)?.file ?? ''} is the ${surface} already. Say so if it is the other one:  --set environments.staging.surfaces.${surface}.wrangler-config=${file}`);
    else found.push(await workerOf(surface, file, text, checkout, server));
  }
  return { workers: found, notes };
}

/** By what the operator says, else by the Worker's name, else by the folder's. */
function surfaceOf(file: string, name: string, chosen: Readonly<Partial<Record<WorkerSurface, string>>>): WorkerSurface | null {
  const said = SIGNS.find(([surface]) => chosen[surface] === file);
  if (said !== undefined) return said[0];
  const free = SIGNS.filter(([surface]) => chosen[surface] === undefined);
  return [name, basename(dirname(file))].flatMap((text) => free.filter(([, sign]) => sign.test(text)).map(([surface]) => surface))[0] ?? null;
}

async function workerOf(surface: WorkerSurface, file: string, text: string, checkout: Checkout, server: string): Promise<FoundWorker> {
  const { env = {}, vars } = readConfiguration(text, file, whole);
  const environments = Object.fromEntries(['', ...Object.keys(env)].map((name) => [name, environmentOf(configurationOf(text, file, name), name === '' ? vars : env[name]?.vars)]));
  const directory = dirname(file);
  const { main, assets } = configurationOf(text, file, '');
  const own = await packageOf(directory, checkout);
  const built = [main === null ? null : dirname(join(main)), assets?.directory ?? null].filter((path) => path !== null).map((path) => join(path));
  return {
    surface, file, directory, environments,
    packageName: own?.name ?? null,
    buildScript: scriptOf(surface, own?.scripts ?? [], directory === server),
    artifact: built.length === 0 ? [] : [...new Set([...leftBy(built, directory === server).map((path) => join(directory, path)), file])],
  };
}

function environmentOf({ name, account, routes }: WranglerConfiguration, vars: Readonly<Record<string, unknown>> = {}): WorkerEnvironment {
  const [first] = routes.flatMap(({ pattern, zone }) => {
    const host = /^(?:https?:\/\/)?(?<host>[a-z0-9.-]+\.[a-z]{2,63})(?:\/|$)/u.exec(pattern)?.groups?.['host'];
    return host === undefined ? [] : [{ host, zone }];
  });
  const apis = Object.entries(vars).flatMap(([variable, value]) => (/API|VENDURE|BACKEND/iu.test(variable) && typeof value === 'string' && URL.canParse(value) && /^https?:/u.test(value) ? [{ variable, origin: new URL(value).origin }] : []));
  return { name, account, host: first?.host ?? null, zone: first?.zone ?? null, apis };
}

/** In a folder that is the server's, too, `build` is the server's. */
function scriptOf(surface: WorkerSurface, scripts: readonly string[], isServer: boolean): string | null {
  const own = [`${surface}:build`, `build:${surface}`, `build-${surface}`];
  return [...own, ...(isServer ? [] : ['build'])].find((name) => scripts.includes(name)) ?? null;
}

/** dist/worker and dist/assets → dist: what a build leaves lies in one folder, unless the server's lies there, too. */
function leftBy(built: readonly string[], isServer: boolean): readonly string[] {
  return isServer ? built : [...new Set(built.map((path) => path.split('/')[0] ?? path))];
}
