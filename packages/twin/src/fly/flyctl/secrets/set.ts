import type { FlyctlClient } from '../client.ts';
import { during, FlyctlError } from '../error.ts';
import { compactApp } from '../compact-app.ts';
import { rememberVersion } from './minimum-version.ts';
import { parseSecrets } from './parse.ts';

const STAGED = 'Secrets have been staged, but not set on VMs. Deploy or update machines in this app for the secrets to take effect.\n';

/** `secrets import --stage`: the names and values stand on standard input. The app is asked for before that is read. */
export async function importSecrets(client: FlyctlClient, app: string): Promise<void> {
  await compactApp(client, app);
  const values = parseSecrets(await readAll(process.stdin));
  if (Object.keys(values).length === 0) throw new FlyctlError('requires at least one SECRET=VALUE pair');
  await stage(client, app, values);
}

/** `secrets set --stage` and `secrets unset --stage`, which sends null. */
export async function setSecrets(client: FlyctlClient, app: string, values: Readonly<Record<string, string | null>>): Promise<void> {
  await compactApp(client, app);
  await stage(client, app, values);
}

/** @throws {FlyctlError} for an argument without `=` */
export function pairsOf(args: readonly string[]): Record<string, string> {
  return Object.fromEntries(args.map((argument) => {
    const equals = argument.indexOf('=');
    if (equals < 0) throw new FlyctlError(`could not parse secrets: '${argument}': must be in the format NAME=VALUE`);
    return [argument.slice(0, equals), argument.slice(equals + 1)];
  }));
}

async function stage(client: FlyctlClient, app: string, values: Readonly<Record<string, string | null>>): Promise<void> {
  // Names in alphabetical order, as Go writes a map.
  const sorted = Object.fromEntries(Object.entries(values).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  const { version } = await client.machines<{ version: number }>('POST', `/v1/apps/${app}/secrets`, { body: { values: sorted } }).catch((error: unknown) => {
    throw during('update secrets', error);
  });
  await rememberVersion(app, version);
  process.stdout.write(STAGED);
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
