import type { NamedMigration } from '@vendure-deploy/migration-scan';

/** A migration file that is not new, and that changed all the same. */
export interface FileChange {
  readonly kind: 'modified' | 'renamed' | 'deleted';
  readonly path: string;
  /** What TypeORM makes of it, for the operator. */
  readonly why: string;
}

/** The migrations of each file, by path; null where the file cannot be read. */
export type MigrationsByPath = ReadonlyMap<string, readonly NamedMigration[] | null>;

export interface MigrationChanges {
  /** Files with a migration that TypeORM does not know yet, and those of which that cannot be told. */
  readonly target: readonly string[];
  readonly changes: readonly FileChange[];
  /** Migrations that were there before, wherever they stand now. */
  readonly applied: ReadonlySet<string>;
}

/**
 * What is new is decided as TypeORM decides it: by the name of the class, not by the file.
 * @param was the files that the target no longer has, or has otherwise, as they were
 * @param is the files that are new in the target or differ there
 */
export function changedMigrations(was: MigrationsByPath, is: MigrationsByPath): MigrationChanges {
  const before = placed(was);
  const now = placed(is);
  const isNew = (path: string, migrations: readonly NamedMigration[] | null): boolean =>
    migrations === null || migrations.some(({ className }) => !before.has(className)) || (migrations.length === 0 && !was.has(path));
  const changes = [...before].flatMap(([className, { path, sends }]): FileChange[] => {
    const there = now.get(className);
    if (there === undefined) return [{ kind: 'deleted', path, why: `${className} ran with what serves and is not in the commit to deploy: the schema is ahead of its code, and TypeORM does not take it back` }];
    // Most files that change later were only formatted.
    if (there.sends !== sends) return [{ kind: 'modified', path: there.path, why: `${className} sends other SQL than it did, but it ran already under that name: TypeORM will not run it again, and a database that ran it differs from one that is made new` }];
    return there.path === path ? [] : [{ kind: 'renamed', path: there.path, why: `${className} stood in ${path} before: TypeORM knows it by its name, and does not run it again` }];
  });
  return { target: [...is].filter(([path, migrations]) => isNew(path, migrations)).map(([path]) => path), changes, applied: new Set(before.keys()) };
}

function placed(files: MigrationsByPath): ReadonlyMap<string, { readonly path: string; readonly sends: string }> {
  return new Map([...files].flatMap(([path, migrations]) => (migrations ?? []).map(({ className, sends }) => [className, { path, sends }] as const)));
}
