import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { commandVariablesOf, databaseOf, jobsTokenOf, secretsOf, type SeedEnvironment, type ShopConfig } from '../shop/config.ts';
import type { World } from './types.ts';

type ByEnvironment = Readonly<Record<string, Readonly<Record<string, string>>>>;

const stored = z.object({
  /** The database's URL when they were written: it has another port the next time. */
  'database-origin': z.string(),
  secrets: z.record(z.string(), z.record(z.string(), z.string())),
});

/**
 * What the shop's GitHub Environments hold: what a world begins with, and over it what somebody has set since. A commit whose configuration takes a secret
 * from AWS is of a shop that does not keep it at GitHub.
 */
export async function environmentSecrets({ directory, facts }: Pick<World, 'directory' | 'facts'>, shop: ShopConfig, ofCommit = shop): Promise<ByEnvironment> {
  const set = await secretsSet(directory, facts.databaseOrigin);
  // Previews have a GitHub Environment of their own; a lane without a server uses that of another one, and has none.
  const first = { ...Object.fromEntries(Object.entries(shop.environments).map(([name, environment]) => [name, secretsAtFirst(facts, shop, environment)])), preview: { CLOUDFLARE_API_TOKEN: facts.credentials.cloudflareApiToken } };
  return Object.fromEntries(Object.entries(first).map(([name, secrets]) => {
    const elsewhere = Object.keys(ofCommit.environments[name]?.credentials?.map ?? {});
    const kept = Object.entries(secrets).filter(([secret]) => !elsewhere.includes(secret));
    return [name, { ...Object.fromEntries(kept), ...set[name] }];
  }));
}

/** Once set it stays, as in a GitHub Environment: the next run in that world gets it. */
export async function setEnvironmentSecret({ directory, databaseOrigin }: { directory: string; databaseOrigin: string }, secret: { environment: string; name: string; value: string }): Promise<void> {
  const before = await secretsSet(directory, databaseOrigin);
  const secrets = { ...before, [secret.environment]: { ...before[secret.environment], [secret.name]: secret.value } };
  const file = fileIn(directory);
  await writeFile(`${file}.new`, JSON.stringify({ 'database-origin': databaseOrigin, secrets } satisfies z.infer<typeof stored>), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Each with the database's URL of today. */
async function secretsSet(directory: string, databaseOrigin: string): Promise<ByEnvironment> {
  const text = await readFile(fileIn(directory), 'utf8').catch(() => null);
  if (text === null) return {};
  const { 'database-origin': before, secrets } = stored.parse(JSON.parse(text));
  return Object.fromEntries(Object.entries(secrets).map(([environment, values]) => [environment, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.replaceAll(before, databaseOrigin)]))]));
}

function fileIn(directory: string): string {
  return join(directory, 'environment-secrets.json');
}

/** The providers' credentials, the variables of the shop's own commands, and the secrets that its Machines get. */
export function secretsAtFirst(facts: Pick<World['facts'], 'databaseOrigin' | 'flyTokens' | 'credentials' | 'serviceToken'>, shop: ShopConfig, { 'promote-from': from, surfaces: { vendure } }: SeedEnvironment): Record<string, string> {
  if (vendure === undefined) return {};
  const source = from === undefined ? undefined : shop.environments[from]?.surfaces.vendure?.app;
  const databaseUrl = `${facts.databaseOrigin}/${databaseOf(vendure.app)}`;
  return {
    FLY_API_TOKEN: facts.flyTokens[vendure.app] ?? '',
    ...(source === undefined ? {} : { SOURCE_FLY_API_TOKEN: facts.flyTokens[source] ?? '' }),
    CLOUDFLARE_API_TOKEN: facts.credentials.cloudflareApiToken,
    COMMAND_ENVIRONMENT: Object.entries(commandVariablesOf(vendure, databaseUrl)).map(([name, value]) => `${name}=${value}`).join('\n'),
    FLY_SECRETS: JSON.stringify(secretsOf(vendure, databaseUrl)),
    JOBS_TOKEN: jobsTokenOf(vendure.app),
    ...(facts.serviceToken === null ? {} : { ACCESS_CLIENT_ID: facts.serviceToken.clientId, ACCESS_CLIENT_SECRET: facts.serviceToken.clientSecret }),
  };
}
