import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** flyctl remembers per app which version of the secrets it has set: a later deploy with the same FLY_CONFIG_DIR asks for that version at least. */
export async function minimumVersion(app: string): Promise<number | null> {
  const text = await readFile(file(), 'utf8').catch(() => '');
  const found = versionsOf(text).find(([name]) => name === app);
  return found === undefined ? null : found[1];
}

export async function rememberVersion(app: string, version: number): Promise<void> {
  const path = file();
  const text = await readFile(path, 'utf8').catch(() => '');
  const versions = new Map(versionsOf(text)).set(app, version);
  const rest = text.replace(/^app_secrets_minvers:\n(?: {4}.*\n)*/mu, '');
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `${rest}app_secrets_minvers:\n${[...versions].map(([name, value]) => `    ${name}: ${value}\n`).join('')}`, { mode: 0o600 });
}

function file(): string {
  return join(process.env['FLY_CONFIG_DIR'] ?? join(homedir(), '.fly'), 'config.yml');
}

function versionsOf(text: string): [string, number][] {
  const block = /^app_secrets_minvers:\n((?: {4}.*\n)*)/mu.exec(text)?.[1] ?? '';
  return [...block.matchAll(/^ {4}(\S+): (\d+)$/gmu)].map(([, name = '', version = '']) => [name, Number(version)]);
}
