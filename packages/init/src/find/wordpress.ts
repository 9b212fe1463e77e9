import { basename, dirname } from 'node:path/posix';
import type { Checkout } from '../checkout.ts';

/** A plugin is a folder with a file of its name, whose header says so. */
export async function findWordpress({ files, read }: Pick<Checkout, 'files' | 'read'>): Promise<{ plugin: string; sources: string } | null> {
  for (const file of files.filter((path) => path.endsWith('.php') && basename(path, '.php') === basename(dirname(path)))) {
    if (/^[\s*#/]*Plugin Name:/mu.test((await read(file)) ?? '')) return { plugin: basename(dirname(file)), sources: dirname(file) };
  }
  return null;
}
