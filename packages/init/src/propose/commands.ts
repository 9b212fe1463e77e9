import type { FoundWorker, PackageManager } from '../find/index.ts';

/** What a job that has nothing but the commit installs for one surface: what that needs, where the manager can tell. */
export function installOf({ name, isModern, hasWorkspaces }: PackageManager, { packageName, directory }: Pick<FoundWorker, 'packageName' | 'directory'>): string[] {
  const isScoped = hasWorkspaces && packageName !== null;
  switch (name) {
    case 'pnpm': return ['pnpm', 'install', '--frozen-lockfile', ...(isScoped ? ['--filter', `${packageName}...`] : [])];
    // The root's own packages too: tools that every package uses lie there.
    case 'npm': return ['npm', 'ci', ...(isScoped ? ['--workspace', packageName, '--include-workspace-root'] : hasWorkspaces || directory === '.' ? [] : ['--prefix', directory])];
    case 'yarn': return ['yarn', 'install', isModern ? '--immutable' : '--frozen-lockfile'];
  }
}

/** null: nothing here says what builds it. */
export function buildOf({ name, hasWorkspaces, hasNx }: PackageManager, { packageName, directory, buildScript }: Pick<FoundWorker, 'packageName' | 'directory' | 'buildScript'>): string[] | null {
  // Nx may know a target that no file names, since its plugins infer some.
  if (hasNx && packageName !== null) return [...RUNNERS[name], 'nx', 'run', `${packageName}:${buildScript ?? 'build'}`];
  if (buildScript === null) return null;
  const isScoped = hasWorkspaces && packageName !== null;
  switch (name) {
    case 'pnpm': return ['pnpm', ...(isScoped ? ['--filter', packageName] : directory === '.' ? [] : ['--dir', directory]), 'run', buildScript];
    case 'npm': return ['npm', 'run', buildScript, ...(isScoped ? ['--workspace', packageName] : directory === '.' ? [] : ['--prefix', directory])];
    case 'yarn': return ['yarn', ...(isScoped ? ['workspace', packageName] : directory === '.' ? [] : ['--cwd', directory]), 'run', buildScript];
  }
}

const RUNNERS = { pnpm: ['pnpm', 'exec'], npm: ['npx'], yarn: ['yarn', 'run'] } as const;
