import picomatch from 'picomatch';
import type { Finding } from '../check.ts';
import type { Since } from './history.ts';

interface Question {
  readonly since: Since;
  /** What Vendure serves; null when that could not be read. */
  readonly serving: string | null;
  readonly sha: string;
  /** The configuration's glob of migration files. */
  readonly glob: string;
  readonly allowed: boolean;
  /** Of a lane whose promise has no room for a migration: what is honest to say of it. '' elsewhere. */
  readonly warning?: string;
}

const ALLOW = 'Look at them, then run with allow_pending_migration=true.';

/** Which migration files came between what serves and the commit: the release command would run them. */
export async function pendingMigrations({ since, serving, sha, glob, allowed, warning = '' }: Question): Promise<Finding> {
  if (serving === null) return finding({ allowed, warning }, 'what Vendure serves could not be read, so which migrations are pending is not known');
  if (serving === sha) return { status: 'ok', evidence: 'the commit serves already', next: '' };
  const { files, complete } = await since(serving);
  const matches = picomatch(glob);
  const pending = files.filter(({ path, status }) => status !== 'removed' && matches(path)).map(({ path }) => path);
  const data = { since: serving, pending };
  if (pending.length > 0) return { ...finding({ allowed, warning }, `${pending.length} migration${pending.length === 1 ? '' : 's'} came since ${serving.slice(0, 7)}: ${pending.join(', ')}`), data };
  if (!complete) return finding({ allowed, warning }, `so many files changed since ${serving.slice(0, 7)} that GitHub does not list them all; a migration may be among them`);
  return { status: 'ok', evidence: `no migration came since ${serving.slice(0, 7)}`, next: '', data };
}

function finding({ allowed, warning }: { readonly allowed: boolean; readonly warning: string }, evidence: string): Finding {
  return allowed ? { status: 'warning', evidence: `${evidence}; allow-pending-migration is set`, next: warning } : { status: 'failed', evidence, next: ALLOW };
}
