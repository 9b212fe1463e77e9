import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runProcess } from '../processes/start.ts';
import { gitEnvironment } from './git-environment.ts';
import type { BuiltinRequest } from './request.ts';

/** actions/checkout with real git: one commit, credentials in the environment of git alone. A folder that is no repository is emptied first, as the action does. */
export async function checkout({ inputs, state, signal, line }: BuiltinRequest): Promise<Record<string, string>> {
  const { run: { options, timing }, machine } = state.request;
  const repository = inputs['repository'] || options.repository;
  const own = repository.toLowerCase() === options.repository.toLowerCase();
  const wanted = inputs['ref'] || (own ? options.sha : 'HEAD');
  const url = options.repositoryUrl?.(repository) ?? `https://github.com/${repository}`;
  if (inputs['persist-credentials'] === 'true' && url.startsWith('https:')) throw new Error("This runner's actions/checkout never leaves credentials on disk. Set persist-credentials: false.");
  const folder = join(state.workspace, inputs['path'] ?? '');
  if (relative(state.workspace, folder).startsWith('..')) throw new Error(`Repository path '${folder}' is not under '${state.workspace}'`);
  await mkdir(folder, { recursive: true });
  const known = await stat(join(folder, '.git')).then(() => true, () => false);
  if (!known) for (const entry of await readdir(folder)) await rm(join(folder, entry), { recursive: true, force: true });
  const depth = Number(inputs['fetch-depth'] || '1');
  const git = async (...args: readonly string[]): Promise<string> => {
    const said: string[] = [];
    const { exitCode } = await runProcess({
      command: 'git',
      args: ['-C', folder, ...args],
      cwd: folder,
      environment: gitEnvironment({ ...options.environment, ...(await machine.environmentOf('checkout')) }, inputs['token'] || machine.token),
      signal,
      grace: timing,
      onLine: (text) => {
        said.push(text);
        line(text);
      },
    });
    if (exitCode !== 0) throw new Error(`The process 'git ${args[0] ?? ''}' failed with exit code ${exitCode ?? 'none'}`);
    return said.join('\n').trim();
  };
  await git('init', '--quiet');
  // As the action leaves it: later steps fetch from there.
  await git('config', 'remote.origin.url', url);
  await git('config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*');
  const all = depth === 0 ? ['--update-shallow', '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'] : [];
  await git('fetch', inputs['fetch-tags'] === 'true' ? '--tags' : '--no-tags', '--quiet', ...(depth > 0 ? [`--depth=${depth}`] : []), url, wanted, ...all);
  if (known && inputs['clean'] !== 'false') await git('clean', '-ffdx', '--quiet');
  const branch = own && !inputs['ref'] ? /^refs\/heads\/(.+)$/u.exec(options.ref)?.[1] : undefined;
  const target = branch === undefined ? ['--detach', 'FETCH_HEAD'] : ['--no-track', '-B', branch, 'FETCH_HEAD'];
  await git('-c', 'advice.detachedHead=false', 'checkout', '--quiet', '--force', ...target);
  return { ref: wanted, commit: await git('rev-parse', 'HEAD') };
}
