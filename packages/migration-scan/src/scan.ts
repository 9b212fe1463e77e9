import { judge } from './rules/judge.ts';
import type { RuleId } from './rules/rules.ts';
import { ofTransactions, withoutLockTimeout } from './rules/transactions.ts';
import { unresolvedIn } from './rules/unresolved.ts';
import { apply } from './schema/apply.ts';
import { beginSet, emptySchema, type Schema } from './schema/model.ts';
import { witnessOf } from './schema/witness.ts';
import { collect, type Collected, type Followed } from './source/collect.ts';
import { Reading } from './source/surroundings.ts';
import { type SqlParser, sqlParser } from './sql/parser.ts';
import { readSent, type Read, type Statement } from './sql/read.ts';
import { suppress } from './suppression.ts';
import type { Finding, MigrationFile, MigrationScan, Tree } from './types.ts';

export interface ScanRequest {
  /** Exactly the migrations between the serving and the target commit, as they stand in the target. Their net effect is judged together. */
  readonly target: readonly MigrationFile[];
  /** Those before, as they stand in the serving commit: replayed, so that types, nullability, labels and keys are known. */
  readonly history: readonly MigrationFile[];
  readonly tree: Tree;
  /** Names of migrations in the target's files that ran before. */
  readonly applied?: ReadonlySet<string>;
}

/** What the migrations of a deploy do to the release that still runs meanwhile. No code of the shop is run: sources and SQL are only parsed. */
export async function scanMigrations({ target, history, tree, applied }: ScanRequest): Promise<MigrationScan<RuleId>> {
  const reading = new Reading(tree);
  const set = await collect(target, reading, { down: true, ...(applied === undefined ? {} : { applied }) });
  const known = {
    migrations: set.migrations.map(({ className, timestamp, file, line }) => ({ className, timestamp, file, line })),
    unread: set.unread,
    notMigrations: set.notMigrations,
  };
  // The parsers of SQL are loaded for a reason only.
  if (set.migrations.every(({ up }) => up.length === 0)) return { ...known, notPostgres: [], ...suppress([], set.texts) };
  const { findings, notPostgres } = judgeSet(set, await collect(history, reading), await sqlParser());
  return { ...known, notPostgres, ...suppress(inOrder(findings, set), set.texts) };
}

function judgeSet(set: Collected, older: Collected, parser: SqlParser): { findings: Finding<RuleId>[]; notPostgres: MigrationScan['notPostgres'] } {
  const ups = set.migrations.map((migration) => ({ migration, reads: readSent(migration.up, parser) }));
  const foreign = foreignFiles(ups);
  const judged = ups.filter(({ migration }) => !foreign.has(migration.file));
  const schema = replayed(older, parser);
  beginSet(schema);
  const findings: Finding<RuleId>[] = [];
  for (const [index, { migration, reads }] of judged.entries()) {
    schema.migration = index;
    const statements = statementsOf(reads);
    for (const statement of statements) apply(schema, statement);
    findings.push(...reads.flatMap(unresolvedIn), ...ofTransactions(migration, statements, schema, index));
  }
  const downs = judged.toReversed().flatMap(({ migration }) => statementsOf(readSent(migration.down, parser)));
  findings.push(...judge(schema, witnessOf(downs)));
  for (const { reads } of judged) findings.push(...withoutLockTimeout(findings, statementsOf(reads)));
  return { findings, notPostgres: [...foreign].map(([file, why]) => ({ file, why })) };
}

/** What does not resolve in an older migration leaves gaps: then nothing is taken for absent. */
function replayed(older: Collected, parser: SqlParser): Schema {
  const schema = emptySchema();
  schema.complete = older.unread.length === 0 && older.migrations.length > 0;
  for (const migration of older.migrations) {
    const reads = readSent(migration.up, parser);
    for (const statement of statementsOf(reads)) apply(schema, statement);
    if (reads.some(({ kind }) => kind !== 'statement')) schema.complete = false;
  }
  if (!schema.complete) for (const table of schema.tables.values()) table.complete = false;
  return schema;
}

/** Migrations of another database are said once for a file, not for each of its statements. */
function foreignFiles(ups: readonly { readonly migration: Followed; readonly reads: readonly Read[] }[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [file, all] of Map.groupBy(ups, ({ migration }) => migration.file)) {
    const reads = all.flatMap((one) => one.reads).filter(({ kind }) => kind !== 'unresolved');
    const refused = reads.flatMap((one) => (one.kind === 'refused' && one.foreign ? [one] : []));
    const [first] = refused;
    if (first !== undefined && refused.length * 2 >= reads.length) found.set(file, `${refused.length} of its ${reads.length} statements are in the SQL of another database; line ${first.place.line}: ${first.why}`);
  }
  return found;
}

function statementsOf(reads: readonly Read[]): Statement[] {
  return reads.flatMap((one) => (one.kind === 'statement' ? [one.statement] : []));
}

/** As TypeORM runs the files, and as they are read. */
function inOrder(findings: readonly Finding<RuleId>[], { migrations }: Collected): Finding<RuleId>[] {
  const order = new Map(migrations.map(({ file }, index) => [file, index]));
  const rank = ({ file }: Finding): number => order.get(file) ?? Infinity;
  return findings.toSorted((a, b) => (rank(a) === rank(b) ? a.line - b.line : rank(a) < rank(b) ? -1 : 1));
}
