import { checkout } from './checkout.ts';
import { downloadArtifact, uploadArtifact } from './artifacts.ts';
import type { Builtin } from './request.ts';

// GitHub's own actions that lean on GitHub's services: the same effect on the same inputs, any release.
const BUILTINS: Readonly<Record<string, { readonly run: Builtin; readonly inputs: readonly string[] }>> = {
  'actions/checkout': {
    run: checkout,
    inputs: ['repository', 'ref', 'token', 'path', 'fetch-depth', 'fetch-tags', 'persist-credentials', 'clean', 'show-progress', 'set-safe-directory'],
  },
  'actions/upload-artifact': { run: uploadArtifact, inputs: ['name', 'path', 'if-no-files-found', 'retention-days', 'overwrite', 'compression-level', 'include-hidden-files'] },
  'actions/download-artifact': { run: downloadArtifact, inputs: ['name', 'path', 'pattern', 'merge-multiple'] },
};

export function builtinOf(uses: string): Builtin | null {
  return BUILTINS[nameOf(uses)]?.run ?? null;
}

export function isBuiltin(uses: string): boolean {
  return nameOf(uses) in BUILTINS;
}

/** The inputs that a built-in acts on; null for other actions. */
export function inputsOf(uses: string): readonly string[] | null {
  return BUILTINS[nameOf(uses)]?.inputs ?? null;
}

function nameOf(uses: string): string {
  return (uses.split('@')[0] ?? '').toLowerCase();
}
