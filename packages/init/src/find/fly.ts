import { basename, dirname } from 'node:path/posix';
import { UserError } from '@vendure-deploy/shared/action';
import { z } from 'zod';
import type { Checkout } from '../checkout.ts';
import { contextOf, dockerfileOf } from './dockerfile.ts';
import type { EnvironmentName, Server } from './found.ts';
import { findMigrations, findShopApi } from './migrations.ts';
import { manifestOf } from './packages.ts';
import { tomlOf } from './parse.ts';
import { findVariables } from './variables.ts';

const checks = z.array(z.looseObject({ path: z.string().optional() })).catch([]);
const fly = z.looseObject({
  app: z.string().optional(),
  build: z.looseObject({ dockerfile: z.string().optional() }).optional().catch(undefined),
  deploy: z.looseObject({ strategy: z.string().optional(), release_command: z.string().optional() }).optional().catch(undefined),
  processes: z.record(z.string(), z.unknown()).optional().catch(undefined),
  http_service: z.looseObject({ checks }).partial().optional().catch(undefined),
  services: z.array(z.looseObject({ http_checks: checks }).partial()).optional().catch(undefined),
  env: z.record(z.string(), z.unknown()).optional().catch(undefined),
  checks: z.record(z.string(), z.looseObject({ path: z.string().optional() })).optional().catch(undefined),
});

type Fly = z.infer<typeof fly>;

const FILE = /^fly(?:\.(?<environment>[\w-]+))?\.toml$/u;
const NAMES: Readonly<Record<string, EnvironmentName>> = { production: 'production', prod: 'production', staging: 'staging', stage: 'staging' };

interface Candidate {
  readonly file: string;
  readonly directory: string;
  readonly settings: Fly;
  readonly environment: EnvironmentName | null;
}

export interface Servers {
  readonly servers: readonly Server[];
  readonly notes: readonly string[];
}

/** The server's fly.toml of each environment. @param chosen which file, for an environment whose operator has said so @throws {UserError} when there is none, or several could be it */
export async function findServers(checkout: Checkout, chosen: Readonly<Partial<Record<EnvironmentName, string>>>): Promise<Servers> {
  const candidates = await candidatesOf(checkout);
  if (candidates.length === 0) throw new UserError(`${checkout.root} has no fly.toml. Make one where the server's Dockerfile is (\`fly launch --no-deploy\`, or that of the suite's examples/vendure), and start script/init again.`);
  const directory = await directoryOf(candidates, checkout, Object.values(chosen));
  // One file is one environment.
  const own = candidates.filter((one) => one.directory === directory && !Object.values(chosen).includes(one.file));
  const servers: Server[] = [];
  for (const environment of ['production', 'staging'] as const) {
    const file = chosen[environment];
    const candidate = file === undefined ? bestOf(own, environment) : candidates.find((one) => one.file === file);
    if (file !== undefined && candidate === undefined) throw new UserError(`environments.${environment}.surfaces.vendure.fly-config is ${JSON.stringify(file)}, and this checkout has no such Fly configuration. It has: ${candidates.map((one) => one.file).join(', ')}.`);
    if (candidate !== undefined) servers.push(await serverOf(candidate, environment, checkout));
  }
  const used = new Set(servers.map((server) => server.file));
  const notes = candidates.filter(({ file }) => !used.has(file)).map(({ file }) => `${file} was not used: it is neither the server's for production (fly.toml, fly.production.toml) nor for staging (fly.staging.toml).`);
  return { servers, notes };
}

async function candidatesOf({ files, read }: Checkout): Promise<Candidate[]> {
  const found = await Promise.all(files.filter((file) => FILE.test(basename(file))).map(async (file) => {
    const text = await read(file);
    if (text === null) return [];
    const settings = fly.catch({}).parse(tomlOf(text, file));
    return [{ file, directory: dirname(file), settings, environment: environmentOf(file, settings) }];
  }));
  return found.flat();
}

/** By the file's name; a fly.toml that has none is production's, unless its app is called after the other one. */
function environmentOf(file: string, { app = '' }: Fly): EnvironmentName | null {
  const name = FILE.exec(basename(file))?.groups?.['environment'];
  if (name !== undefined) return NAMES[name] ?? null;
  return /-(?:staging|stage)$/u.test(app) ? 'staging' : 'production';
}

/** The one that names it beats the one that is it by default. */
function bestOf(own: readonly Candidate[], environment: EnvironmentName): Candidate | undefined {
  return own.filter((one) => one.environment === environment).sort((one, other) => other.file.length - one.file.length)[0];
}

/** Where the server is: other folders' fly.toml may be those of a Redis, or of a database. */
async function directoryOf(candidates: readonly Candidate[], { files, read }: Checkout, chosen: readonly string[]): Promise<string> {
  const directories = [...new Set(chosen.length > 0 ? chosen.map((file) => dirname(file)) : candidates.map(({ directory }) => directory))];
  const scored = await Promise.all(directories.map(async (directory) => {
    const own = candidates.filter((one) => one.directory === directory);
    const isVendure = (await manifestOf(directory, read))?.dependencies?.['@vendure/core'] !== undefined;
    const signs = [isVendure, isVendure, own.some(({ settings }) => settings.http_service !== undefined), own.some(({ settings }) => Object.keys(settings.processes ?? {}).length > 1), own.some(({ settings }) => settings.deploy?.release_command !== undefined), files.some((file) => dirname(file) === directory && basename(file).startsWith('Dockerfile'))];
    return { directory, score: signs.filter(Boolean).length };
  }));
  const [best, next] = scored.sort((one, other) => other.score - one.score);
  if (best !== undefined && next?.score !== best.score) return best.directory;
  const tied = candidates.filter(({ directory }) => scored.some((one) => one.directory === directory && one.score === best?.score)).map(({ file }) => file);
  throw new UserError(`several files could be the server's Fly configuration: ${tied.join(', ')}. Say which:  --set environments.staging.surfaces.vendure.fly-config=${tied[0] ?? ''}`);
}

async function serverOf({ file, directory, settings }: Candidate, environment: EnvironmentName, checkout: Checkout): Promise<Server> {
  const dockerfile = dockerfileOf(directory, settings.build?.dockerfile, checkout.files);
  const paths = [...(settings.http_service?.checks ?? []), ...(settings.services ?? []).flatMap(({ http_checks: http = [] }) => http), ...Object.values(settings.checks ?? {})].flatMap(({ path }) => path ?? []);
  const groups = Object.keys(settings.processes ?? {});
  return {
    environment,
    file,
    app: settings.app ?? null,
    // Fly's own name for the only one.
    processGroups: groups.length === 0 ? ['app'] : groups,
    strategy: settings.deploy?.strategy ?? null,
    releaseCommand: settings.deploy?.release_command ?? null,
    healthPath: paths[0] ?? null,
    dockerfile,
    context: dockerfile === null ? '.' : await contextOf(dockerfile, checkout),
    migrations: findMigrations(directory, checkout.files),
    shopApi: await findShopApi(directory, checkout),
    variables: await findVariables(directory, Object.keys(settings.env ?? {}), checkout),
  };
}
