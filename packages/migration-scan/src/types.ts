/** One migration file, as it stands in the tree of a commit. */
export interface MigrationFile {
  /** Within the repository, with forward slashes. */
  readonly path: string;
  /** What it holds; else its size, where it is larger than `LIMITS.fileBytes`, or why it is not read. */
  readonly source: string | Uint8Array | { readonly bytes: number } | { readonly refused: string };
}

/** What a look at the tree of the commit gave. */
export type TreeFile = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'missing' } | { readonly kind: 'refused'; readonly why: string };

/** The tree of the target commit, for what migrations read beside themselves: `.sql` files and modules. Never the working tree. */
export interface Tree {
  read(path: string): Promise<TreeFile>;
  /** The paths of all files with this base name. */
  named(name: string): Promise<readonly string[]>;
}

export type FindingKind = 'breaks-old-code' | 'may-break' | 'locks' | 'rewrite' | 'unresolved' | 'information';

/** The strongest lock that the statement takes on a table that the running release uses. */
export type Lock = 'AccessExclusiveLock' | 'ShareRowExclusiveLock' | 'ShareLock' | 'ShareUpdateExclusiveLock' | 'RowExclusiveLock';

export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface Finding<Rule extends string = string> extends Place {
  readonly kind: FindingKind;
  readonly rule: Rule;
  /** It stands behind a condition that is decided only when it runs, such as `hasColumn` or `IF EXISTS`. */
  readonly conditional: boolean;
  /** `table.column`, or the name of what else it is about. */
  readonly subject: string;
  /** The statement, at most 400 characters of it. Foreign text: escape it before it is shown. */
  readonly sql: string;
  readonly why: string;
  readonly lock: Lock | null;
  /** The whole table is written anew while the lock is held. */
  readonly rewrite: boolean;
  readonly safeWay: string;
}

export interface Migration extends Place {
  readonly className: string;
  /** The last 13 digits of the name, by which TypeORM orders. */
  readonly timestamp: number;
}

/** A file whose migrations are not known: never to be taken for a file without any. */
export interface Unread {
  readonly file: string;
  readonly reason: 'too-large' | 'refused' | 'binary' | 'syntax-error' | 'too-deep' | 'no-timestamp';
  readonly why: string;
}

export interface SuppressionFault extends Place {
  readonly why: string;
}

export interface MigrationScan<Rule extends string = string> {
  /** In the order in which TypeORM runs them. */
  readonly migrations: readonly Migration[];
  readonly findings: readonly Finding<Rule>[];
  readonly suppressed: readonly (Finding<Rule> & { readonly reason: string })[];
  /** A `preflight-allow` without a reason, for an unknown rule, or that matches nothing. */
  readonly suppressionFaults: readonly SuppressionFault[];
  /** Migrations of another database. */
  readonly notPostgres: readonly { readonly file: string; readonly why: string }[];
  readonly unread: readonly Unread[];
  /** Files beside the migrations that hold none, such as a module that they import. */
  readonly notMigrations: readonly string[];
}
