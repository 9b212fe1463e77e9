import type { MigrationFile, MigrationScan } from '@vendure-deploy/migration-scan';
import { changedMigrations, type FileChange, type MigrationsByPath } from './changes.ts';
import { type CommitRequest, commitBefore, haveCommits } from './commits.ts';
import { type MigrationTree, treeOf } from './tree.ts';

export interface PendingRequest extends CommitRequest {
  /** What Vendure serves; null when that could not be read. */
  readonly serving: string | null;
  readonly target: string;
  /** The configuration's `migrations`; without it, where TypeORM's migrations usually lie. */
  readonly glob?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Against what the target was compared. */
export type Since =
  | { readonly kind: 'serving'; readonly sha: string }
  /** The serving commit was not to be had: the last commit on the target's first-parent line that is older than 24 hours. Null: there is none. */
  | { readonly kind: 'last-24-hours'; readonly sha: string | null; readonly why: string };

export type PendingScan =
  | {
      readonly kind: 'scanned';
      readonly since: Since;
      readonly scan: MigrationScan;
      /** Files that changed and that TypeORM will not run again, or no longer finds: each has its sentence. */
      readonly changes: readonly FileChange[];
    }
  | { readonly kind: 'unknown'; readonly why: string };

/** The migrations between what serves and the target, and what they do to the release that serves. @throws never for what git lacks: that is `unknown`, with its reason */
export async function scanPending(request: PendingRequest): Promise<PendingScan> {
  const { target, serving } = request;
  const had = await haveCommits(request, serving === null ? [target] : [target, serving]);
  const lacksTarget = had.get(target) ?? null;
  if (lacksTarget !== null) return { kind: 'unknown', why: `the commit to deploy is not in the clone: ${lacksTarget}` };
  const since = await sinceOf(request, serving === null ? 'what Vendure serves could not be read' : (had.get(serving) ?? null));
  if (since.kind === 'unknown') return since;
  const after = await treeOf(request.workspace, target, request.glob);
  const before = since.sha === null ? null : await treeOf(request.workspace, since.sha, request.glob);
  if (after === null || (since.sha !== null && before === null)) return { kind: 'unknown', why: 'git cannot list the files of the commits' };
  return { kind: 'scanned', since, ...(await scanned(before, after)) };
}

async function sinceOf(request: PendingRequest, lacks: string | null): Promise<Since | { readonly kind: 'unknown'; readonly why: string }> {
  if (request.serving !== null && lacks === null) return { kind: 'serving', sha: request.serving };
  const why = lacks ?? '';
  const base = await commitBefore(request, request.target, request.now - DAY_MS);
  return base.kind === 'unknown' ? { kind: 'unknown', why: `${why}; and ${base.why}` } : { kind: 'last-24-hours', sha: base.sha, why };
}

const DAY_MS = 24 * 60 * 60 * 1000;

const NONE: MigrationScan = { migrations: [], findings: [], suppressed: [], suppressionFaults: [], notPostgres: [], unread: [], notMigrations: [] };

async function scanned(before: MigrationTree | null, after: MigrationTree): Promise<{ scan: MigrationScan; changes: readonly FileChange[] }> {
  const changed = [...after.files].filter(([path, { oid }]) => before?.files.get(path)?.oid !== oid).map(([path]) => path);
  const left = new Set([...(before?.files ?? [])].filter(([path, { oid }]) => after.files.get(path)?.oid !== oid).map(([path]) => path));
  if (changed.length === 0 && left.size === 0) return { scan: NONE, changes: [] };
  // The parsers are 2 MB, and most deploys bring no migration.
  const { LIMITS, migrationsIn, scanMigrations } = await import('@vendure-deploy/migration-scan');
  const history = before === null ? [] : await before.sources([...before.files.keys()], LIMITS.fileBytes);
  const fresh = await after.sources(changed, LIMITS.fileBytes);
  const byPath = (files: readonly MigrationFile[]): MigrationsByPath => new Map(files.map((file) => [file.path, migrationsIn(file)]));
  const { target, changes, applied } = changedMigrations(byPath(history.filter(({ path }) => left.has(path))), byPath(fresh));
  return { scan: await scanMigrations({ target: fresh.filter(({ path }) => target.includes(path)), history, tree: after.whole(LIMITS.fileBytes), applied }), changes };
}
