import type { Finding } from '../check.ts';

/** `breaks-old-code`: the release that serves meanwhile fails. `unresolved`: the scan could not tell what would run. */
export type ScanKind = 'breaks-old-code' | 'may-break' | 'locks' | 'rewrite' | 'unresolved';

export interface ScanFinding {
  readonly kind: ScanKind;
  readonly file: string;
  readonly line: number;
  readonly sql: string;
  /** Why it breaks the running release, or what it holds up. */
  readonly why: string;
  /** The safe way: expand first, contract in a later release. */
  readonly safeWay: string;
}

export interface Scan {
  /** Files that were scanned. */
  readonly migrations: readonly string[];
  /** How they were chosen, where not by what serves; '' when by that. */
  readonly fallback: string;
  readonly findings: readonly ScanFinding[];
  /** Findings that a comment in the migration takes back, each with its reason. */
  readonly suppressed: readonly (ScanFinding & { readonly reason: string })[];
}

/** @param serving what Vendure serves; null when that could not be read */
export type ScanMigrations = (serving: string | null, target: string) => Promise<Scan>;

const STRICT: readonly ScanKind[] = ['breaks-old-code', 'unresolved'];

/** What the migrations of this deploy do to the release that still serves while they run. */
export async function migrationScan(scan: ScanMigrations, { serving, sha, strict }: { readonly serving: string | null; readonly sha: string; readonly strict: boolean }): Promise<Finding> {
  return judgeScan(await scan(serving, sha), strict);
}

/** Pure. */
export function judgeScan({ migrations, fallback, findings, suppressed }: Scan, strict: boolean): Finding {
  const beside = [fallback, ...suppressed.map(({ kind, file, line, reason }) => `${file}:${line} (${kind}) was taken back: ${reason}`)].filter((text) => text !== '').map((text) => `; ${text}`).join('');
  const data = { migrations, fallback, findings, suppressed };
  if (findings.length === 0) return { status: fallback === '' ? 'ok' : 'warning', evidence: `${counted(migrations.length, 'migration')}, and nothing in it that the running release would notice${beside}`, next: '', data };
  const failed = strict && findings.some(({ kind }) => STRICT.includes(kind));
  const [first] = findings.toSorted((left, right) => ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind));
  const evidence = `${counted(findings.length, 'finding')} in ${counted(migrations.length, 'migration')}: ${findings.map(({ kind, file, line, sql, why }) => `${file}:${line} ${kind}: ${sql} (${why})`).join('; ')}${beside}`;
  return { status: failed ? 'failed' : 'warning', evidence, next: `${first?.safeWay ?? ''} A canary does not cure it: old and new Machines share the database.${failed ? ' To deploy all the same, run without migration_scan_strict.' : ''}`.trim(), data };
}

/** The worst first. */
const ORDER: readonly ScanKind[] = ['breaks-old-code', 'unresolved', 'may-break', 'rewrite', 'locks'];

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
