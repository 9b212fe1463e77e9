import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodedLogin, loginOf } from '@vendure-deploy/shared/providers/registry';
import { z } from 'zod';
import type { BuildRequest } from './types.ts';

/** What of docker's own configuration still counts: which daemon, where plugins are. Its logins and stores do not. */
const kept = z.object({ currentContext: z.string().optional(), cliPluginsExtraDirs: z.array(z.string()).optional() });

/**
 * A configuration of docker with one login, for one call; plugins, contexts and builders are those of the user (setup-buildx-action puts them there).
 * @returns the variables by which docker finds it
 */
export async function writeLogin(folder: string, { login, environment }: Pick<BuildRequest, 'login' | 'environment'>): Promise<Record<string, string>> {
  const own = environment['DOCKER_CONFIG'] ?? join(environment['HOME'] ?? '/', '.docker');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...(await settingsOf(own)), auths: { [login.host]: { auth: encodedLogin(loginOf(login.token, login.username)) } } }), { mode: 0o600 });
  for (const part of ['cli-plugins', 'contexts']) if (await isFolder(join(own, part))) await symlink(join(own, part), join(folder, part));
  const builders = environment['BUILDX_CONFIG'] ?? ((await isFolder(join(own, 'buildx'))) ? join(own, 'buildx') : null);
  return { DOCKER_CONFIG: folder, ...(builders === null ? {} : { BUILDX_CONFIG: builders }) };
}

async function settingsOf(folder: string): Promise<z.infer<typeof kept>> {
  try {
    return kept.parse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  } catch {
    return {};
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}
