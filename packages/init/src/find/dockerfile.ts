import { basename, dirname, join } from 'node:path/posix';
import type { Checkout } from '../checkout.ts';
import { within } from './packages.ts';

/** As flyctl looks for it: where [build] names it, from the folder of fly.toml; else beside it; else at the root. null: nowhere. */
export function dockerfileOf(directory: string, named: string | undefined, files: readonly string[]): string | null {
  const beside = files.filter((file) => dirname(file) === directory && basename(file).startsWith('Dockerfile.'));
  const places = [...(named === undefined ? [] : [join(directory, named), join(named)]), within(directory, 'Dockerfile'), ...(beside.length === 1 ? beside : []), 'Dockerfile'];
  return places.find((place) => files.includes(place)) ?? null;
}

/** The folder that what is copied is found in: the root, unless more of it lies beside the Dockerfile. */
export async function contextOf(dockerfile: string, { files, read }: Pick<Checkout, 'files' | 'read'>): Promise<string> {
  const sources = copied((await read(dockerfile)) ?? '');
  const directory = dirname(dockerfile);
  const foundIn = (folder: string): number => sources.filter((source) => isThere(join(folder, source), files)).length;
  return foundIn(directory) > foundIn('.') ? directory : '.';
}

/** What COPY and ADD take from the context: no earlier stage, no address, no pattern. */
function copied(text: string): string[] {
  return text.replaceAll(/\\\r?\n/gu, ' ').split('\n').flatMap((line) => {
    const words = /^\s*(?:COPY|ADD)\s+(?<rest>.+)$/iu.exec(line)?.groups?.['rest']?.replaceAll(/[[\]",]/gu, ' ').trim().split(/\s+/u) ?? [];
    if (words.some((word) => word.startsWith('--from='))) return [];
    return words.filter((word) => !word.startsWith('--')).slice(0, -1).filter((word) => !/[*?$:]/u.test(word) && word !== '.' && word !== './');
  });
}

function isThere(path: string, files: readonly string[]): boolean {
  const place = path.replace(/\/$/u, '');
  return files.some((file) => file === place || file.startsWith(`${place}/`));
}
