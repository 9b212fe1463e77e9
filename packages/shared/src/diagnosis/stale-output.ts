import { type Missing, missingIn } from './missing-module.ts';

/** A package that the checkout has the sources of. */
export interface WorkspacePackage {
  readonly name: string;
  /** From the root of the repository, with `/` between folders. */
  readonly directory: string;
}

type Workspace = readonly WorkspacePackage[] | null;

export interface StaleOutput {
  /** The built module that is missing, as a person would look for it. */
  readonly module: string;
}

// The error stands at the end; a build may print for many minutes before.
const MOST_CHARACTERS = 256 * 1024;
const MODULES = 'node_modules/';
// Whatever shop it is: what it is built on is npm's.
const NEVER_OWN = ['@vendure'];

/**
 * A built module of the workspace cannot be found: its package was taken for built, and what lies there is the output of other sources. That is what
 * a build cache does, never a commit: output is not in git. A package of npm's that is missing is another failure, which no build mends.
 * @param text what a tool wrote; only its end is looked at
 * @param workspace null: a log from elsewhere, whose workspace is not known. Then a path outside node_modules counts, and a package with a scope
 */
export function staleOutput(text: string, workspace: Workspace = null): StaleOutput | null {
  const lines = text.slice(-MOST_CHARACTERS).replace(COLOURS, '').split(/\r?\n/);
  for (const index of lines.keys()) {
    for (const missing of missingIn(lines, index)) {
      const module = builtModule(missing, workspace);
      if (module !== null) return { module };
    }
  }
  return null;
}

const COLOURS = new RegExp(`${String.fromCodePoint(27)}\\[[\\d;]*[A-Za-z]`, 'g');

function builtModule(missing: Missing, workspace: Workspace): string | null {
  switch (missing.kind) {
    case 'entry': return workspace?.some(({ name }) => name === missing.name) === true ? missing.name : null;
    case 'specifier': return ofPackage(missing.specifier, workspace);
    case 'path': return ofPath(missing.path, workspace);
  }
}

/** By its name: `@shop/plugin/dist/index.js`. What a package has in `src` is in git, and not built. */
function ofPackage(specifier: string, workspace: Workspace): string | null {
  const parts = specifier.split('/');
  const own = parts.slice(0, specifier.startsWith('@') ? 2 : 1);
  const isOfWorkspace = workspace === null ? (parts[0] ?? '').startsWith('@') && !NEVER_OWN.includes(parts[0] ?? '') : workspace.some(({ name }) => name === own.join('/'));
  return isOfWorkspace && parts.slice(own.length).some(isOutput) ? specifier : null;
}

function ofPath(path: string, workspace: Workspace): string | null {
  const installed = path.lastIndexOf(MODULES);
  // A package of the workspace is a link there, and one of npm's is a folder: the name alone tells them apart.
  if (installed !== -1) return workspace === null ? null : ofPackage(path.slice(installed + MODULES.length), workspace);
  const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  const at = parts.findLastIndex((part, index) => isOutput(part) && (workspace === null || workspace.some((one) => isFolderOf(one, parts.slice(0, index)))));
  if (at === -1) return null;
  return workspace === null ? path : [workspace.find((one) => isFolderOf(one, parts.slice(0, at)))?.directory, ...parts.slice(at)].join('/');
}

/** The path may begin above the repository, and a relative one within it: what both have, from the end, has to be the same. */
function isFolderOf({ directory }: WorkspacePackage, parts: readonly string[]): boolean {
  const own = directory.split('/');
  const common = Math.min(own.length, parts.length);
  return common > 0 && own.slice(-common).join('/') === parts.slice(-common).join('/');
}

function isOutput(part: string): boolean {
  return ['dist', 'build'].includes(part);
}
