import { classesOf } from './source/classes.ts';
import { followMigration, type Surroundings } from './source/evaluate.ts';
import { parseSource } from './source/parse.ts';
import type { MigrationFile } from './types.ts';

export interface NamedMigration {
  /** By which TypeORM knows whether it ran. */
  readonly className: string;
  /** What `up()` sends, without regard to how it is written: the same text, the same migration. */
  readonly sends: string;
}

/** The migrations of a file, without a parser of SQL. @returns null when it cannot be read */
export function migrationsIn(file: MigrationFile): readonly NamedMigration[] | null {
  const parsed = parseSource(file);
  if (parsed.kind === 'unread') return null;
  const { program } = parsed.ast;
  return classesOf(program).migrations.map((migration) => ({
    className: migration.className,
    sends: followMigration(migration, 'up', program, file.path, ALONE).map((one) => (one.kind === 'sql' ? one.text.value : one.why).replaceAll(/\s+/gu, ' ').trim()).join(';\n'),
  }));
}

const ALONE: Surroundings = { file: ({ named }) => ({ kind: 'unread', why: named }), module: () => null };
