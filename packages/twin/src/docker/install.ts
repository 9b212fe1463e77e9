import { join } from 'node:path';
import { createRequire } from 'node:module';
import { Refusal } from './refusal.ts';

/** What `RUN` starts: a script of node's, which sees nothing but the stage, or an install by the real npm or pnpm. */
export interface Program {
  readonly args: readonly string[];
  /** null: closed in by Node's permission model. Else the folder that has the machine's stores, as a cache mount would. */
  readonly home: string | null;
}

const MOUNT = /^--mount=type=cache,(?:[^,=\s]+=[^,\s]*,)*target=([^,\s]+)/;
const STORES = new Set(['--store-dir', '--cache']);
const modules = join(import.meta.dirname, '../../../../node_modules');

/** Of `RUN`'s words: which store a cache mount stands for is the machine's to say, so mounts and the options that name them fall away. */
export function withoutCacheMounts(argv: readonly string[], refuse: (message: string) => never): string[] {
  const targets = new Set<string>();
  const rest = [...argv];
  for (let [first] = rest; first?.startsWith('--') === true; [first] = rest) {
    const target = MOUNT.exec(first)?.[1];
    if (target === undefined) return refuse(`the stand-in does not understand RUN ${first}: only --mount=type=cache,target=…`);
    targets.add(target);
    rest.shift();
  }
  return rest.filter((word, index) => {
    const [name = '', value] = word.split('=', 2);
    if (STORES.has(name) && targets.has(value ?? rest[index + 1] ?? '')) return false;
    return !(targets.has(word) && STORES.has(rest[index - 1] ?? ''));
  });
}

/**
 * `npm ci` and `pnpm install`: the real ones, from the stores of the machine's home and without network, as its configuration says. null: nothing to
 * start, it is there already.
 */
export function installOf([program = '', ...args]: readonly string[], home: string, refuse: (message: string) => never): Program | null {
  const text = [program, ...args].join(' ');
  if (program === 'npm' && /^(?:install|i) (?:--global|-g) pnpm@[\w.-]+$/.test(args.join(' '))) return null;
  const isInstall = (program === 'npm' && args[0] === 'ci') || (program === 'pnpm' && args[0] === 'install' && args.includes('--frozen-lockfile'));
  if (!isInstall) return refuse(`the stand-in can run only node, npm ci and pnpm install --frozen-lockfile, not RUN ${text}`);
  if (!args.includes('--ignore-scripts')) return refuse(`RUN ${text}: the stand-in runs no script of a package; say so with --ignore-scripts`);
  // A hard link into the store would let a later step write there.
  return { args: program === 'npm' ? [join(modules, 'npm/bin/npm-cli.js'), ...args, '--offline'] : [join(modules, 'pnpm/bin/pnpm.mjs'), ...args, '--offline', '--package-import-method=copy'], home };
}

/** The version of pnpm that is there. */
export function pnpmHere(): string {
  const version: unknown = (createRequire(import.meta.url)(join(modules, 'pnpm/package.json')) as { version?: unknown }).version;
  if (typeof version !== 'string') throw new Refusal('pnpm is not installed beside the suite');
  return version;
}
