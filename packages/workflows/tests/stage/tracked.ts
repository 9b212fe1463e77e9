import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../src/index.ts';

/** What git knows or would take: workflows, actions, scripts, sources, pages. Left out: built code, and files that are bad on purpose. */
export async function readByPeople(): Promise<{ path: string; text: string }[]> {
  const { stdout } = await promisify(execFile)('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, maxBuffer: 16 * 1024 * 1024 });
  const paths = stdout.split('\0').filter((path) => path !== '' && !/(?:^|\/)(?:dist|tests|node_modules)\//u.test(path) && /(?:\.(?:ya?ml|sh|ts|js|mjs|json|md|toml)|\/justfile|Dockerfile|(?:^|\/)(?:script|\.ci)\/[\w-]+)$/u.test(path));
  const files = await Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8').catch(() => null) })));
  // One that git knows may be gone from the work tree.
  return files.flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]));
}
