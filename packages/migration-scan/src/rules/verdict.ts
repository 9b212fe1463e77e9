import { LIMITS } from '../limits.ts';
import type { Column, ColumnFacts, Table } from '../schema/model.ts';
import type { Witness } from '../schema/witness.ts';
import type { Statement } from '../sql/read.ts';
import type { Finding } from '../types.ts';
import { RULES, type Rule, type RuleId } from './rules.ts';

/** A finding before it is written out. */
export interface Verdict extends Partial<Pick<Rule, 'kind' | 'lock' | 'rewrite'>> {
  readonly rule: RuleId;
  readonly by: Statement;
  readonly subject: string;
  /** What of the case the rule's own words do not say. */
  readonly detail?: string;
}

export function finding({ rule, by, subject, detail, ...own }: Verdict): Finding<RuleId> {
  const { kind, why, lock, rewrite, safeWay } = { ...RULES[rule], ...own };
  return { kind, rule, ...by.place, conditional: by.conditional || /\bIF EXISTS\b/iu.test(by.sql), subject, sql: by.sql.slice(0, LIMITS.sqlExcerpt), why: detail === undefined ? why : `${detail} ${why}`, lock, rewrite, safeWay };
}

/** A fact of the column before the set: by the migrations before, else by `down()`. */
export function before<Fact extends keyof ColumnFacts>(table: Table, column: Column, fact: Fact, witness: Witness): ColumnFacts[Fact] | null {
  return column.before[fact] ?? witness.column(table.was ?? table.key, column.was ?? column.name)[fact] ?? null;
}
