import { basename, dirname, extname } from 'node:path/posix';
import type { Checkout } from '../checkout.ts';

/** A folder `migrations` of files that begin with a time in milliseconds, as TypeORM names them. */
const MIGRATION = /^\d{13}-.+\.[cm]?[jt]s$/u;

/** The glob of the migrations that lie nearest to the server. null: there are none. */
export function findMigrations(server: string, files: readonly string[]): string | null {
  const own = files.filter((file) => MIGRATION.test(basename(file)) && /migrations?/iu.test(dirname(file)));
  const folders = [...Map.groupBy(own, (file) => dirname(file))].map(([folder, { length }]) => ({ folder, length, near: shared(folder, server) }));
  const [best] = folders.sort((one, other) => other.near - one.near || other.length - one.length || one.folder.length - other.folder.length);
  const first = own.find((file) => dirname(file) === best?.folder);
  return best === undefined || first === undefined ? null : `${best.folder}/*${extname(first)}`;
}

/** `shopApiPath` of the Vendure configuration, with its leading slash. */
export async function findShopApi(server: string, { files, read }: Pick<Checkout, 'files' | 'read'>): Promise<string | null> {
  const configurations = files.filter((file) => /^vendure-config\.[cm]?[jt]s$/u.test(basename(file))).sort((one, other) => shared(other, server) - shared(one, server));
  for (const file of configurations) {
    const path = /shopApiPath:\s*['"`]\/?(?<path>[\w/-]+)['"`]/u.exec((await read(file)) ?? '')?.groups?.['path'];
    if (path !== undefined) return `/${path}`;
  }
  return null;
}

/** How many folders two paths have in common, from the root. */
function shared(one: string, other: string): number {
  const [parts, others] = [one.split('/'), other === '.' ? [] : other.split('/')];
  const differs = parts.findIndex((part, at) => part !== others[at]);
  return differs === -1 ? parts.length : differs;
}
