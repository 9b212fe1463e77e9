import { copyFile, mkdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';

/**
 * Where the workflow lies in the repository's files. A path counts from here and from the repository; a name stands for `.github/workflows/<name>`.
 * A file outside of the repository is put there for this run.
 * @throws a sentence for the operator
 */
export async function findWorkflow(file: string, repo: string, directory: string): Promise<string> {
  const root = await realpath(repo);
  const names = /\.ya?ml$/u.test(file) ? [file] : [`${file}.yml`, `${file}.yaml`];
  for (const name of names) {
    const inside = [name, join('.github/workflows', name)].map((one) => relative(root, resolve(root, one)));
    for (const path of inside) if (!path.startsWith('..') && (await isFile(join(directory, path)))) return asPath(path);
    const here = await realpath(name).catch(() => null);
    if (here === null) continue;
    const path = relative(root, here);
    if (!path.startsWith('..') && (await isFile(join(directory, path)))) return asPath(path);
    if (!path.startsWith('..')) throw new Error(`${path} is not part of the commit that runs (ignored by git, or not in --ref)`);
    const put = join('.github/workflows', basename(here));
    await mkdir(join(directory, '.github/workflows'), { recursive: true });
    await copyFile(here, join(directory, put));
    return put;
  }
  throw new Error(`There is no workflow "${file}", neither here nor in ${repo} nor below its .github/workflows.`);
}

/** A name without a folder would stand for one below `.github/workflows`. */
function asPath(path: string): string {
  return path.includes('/') ? path : `./${path}`;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then((one) => one.isFile(), () => false);
}
