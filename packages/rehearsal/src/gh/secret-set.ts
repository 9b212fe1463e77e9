import { join } from 'node:path';
import { readShopConfig } from '../shop/config.ts';
import { setEnvironmentSecret } from '../world/environment-secrets.ts';
import { SHOP } from '../world/host.ts';
import type { GhCommand } from './command-line.ts';
import type { Place } from './place.ts';
import { GhRefusal, httpRefusal } from './refusal.ts';

/** `gh secret set NAME --env ENV`: the value stands on standard input, and nowhere else. */
export async function secretSet({ secret, environment }: Extract<GhCommand, { name: 'secret set' }>, { world, databaseOrigin }: Place): Promise<void> {
  if (!/^(?!GITHUB_)[A-Z_]\w*$/iu.test(secret)) throw new GhRefusal(`"${secret}" is no name of a secret`);
  if (environment === '') throw new GhRefusal('the stand-in gh sets secrets of an environment only: give --env ENV');
  if (process.stdin.isTTY) throw new GhRefusal('the stand-in gh does not ask: give the value on standard input');
  const { environments } = await readShopConfig(join(world, 'shop'));
  if (!Object.hasOwn(environments, environment)) throw new GhRefusal(`failed to fetch public key: ${httpRefusal(404, 'Not Found', `repos/${SHOP}/environments/${environment}/secrets/public-key`).message}`);
  const value = await standardInput();
  if (value === '') throw new GhRefusal('the value is empty; a secret must have one');
  // GitHub writes names large; the value loses the end of its last line, as gh takes it off.
  await setEnvironmentSecret({ directory: world, databaseOrigin }, { environment, name: secret.toUpperCase(), value });
  process.stderr.write(`✓ Set Actions secret ${secret.toUpperCase()} for ${SHOP}\n`);
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8').replace(/[\r\n]+$/u, '');
}
