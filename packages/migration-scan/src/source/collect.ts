import type { Migration, MigrationFile, Unread } from '../types.ts';
import { classesOf } from './classes.ts';
import { followMigration } from './evaluate.ts';
import type { Sent } from './interpreter.ts';
import { parseSource } from './parse.ts';
import type { Reading } from './surroundings.ts';

/** A migration, and what it would send. */
export interface Followed extends Migration {
  readonly up: readonly Sent[];
  readonly down: readonly Sent[];
  readonly inTransaction: boolean;
  /** `static transaction = false`, which TypeORM does not read. */
  readonly staticTransaction: boolean;
}

export interface Collected {
  readonly migrations: readonly Followed[];
  readonly unread: readonly Unread[];
  readonly notMigrations: readonly string[];
  /** Of every file that was read, for the comments in it. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * The migrations of the files in TypeORM's order, and by name what could not be read.
 * @param applied names of classes that are left out
 * @param down whether it is followed too
 */
export async function collect(files: readonly MigrationFile[], reading: Reading, { applied = new Set(), down = false }: { readonly applied?: ReadonlySet<string>; readonly down?: boolean } = {}): Promise<Collected> {
  const migrations: Followed[] = [];
  const unread: Unread[] = [];
  const notMigrations: string[] = [];
  const texts = new Map<string, string>();
  for (const file of files) {
    const parsed = parseSource(file);
    if (parsed.kind === 'unread') {
      unread.push(parsed.unread);
      continue;
    }
    texts.set(file.path, parsed.text);
    const { program } = parsed.ast;
    const classes = classesOf(program).migrations;
    if (classes.length === 0) notMigrations.push(file.path);
    for (const migration of classes) {
      if (applied.has(migration.className)) continue;
      const { className, timestamp, line, inTransaction, staticTransaction } = migration;
      if (timestamp === null) {
        unread.push({ file: file.path, reason: 'no-timestamp', why: `the name ${className === '' ? 'of its class' : className} does not end with a timestamp of 13 digits, so TypeORM refuses to run it` });
        continue;
      }
      const follow = (member: 'up' | 'down'): Promise<readonly Sent[]> => reading.followed(() => followMigration(migration, member, program, file.path, reading));
      const up = await follow('up');
      migrations.push({ className, timestamp, file: file.path, line, inTransaction, staticTransaction, up, down: down ? await follow('down') : [] });
      for (const one of up) if (one.kind === 'sql') for (const span of one.text.spans) if (!texts.has(span.file)) texts.set(span.file, reading.textOf(span.file));
    }
  }
  return { migrations: migrations.sort((a, b) => a.timestamp - b.timestamp), unread, notMigrations, texts };
}
