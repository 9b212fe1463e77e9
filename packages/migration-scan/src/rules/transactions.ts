import type { Schema } from '../schema/model.ts';
import type { Followed } from '../source/collect.ts';
import type { Statement } from '../sql/read.ts';
import type { Finding } from '../types.ts';
import type { RuleId } from './rules.ts';
import { finding } from './verdict.ts';

/** What fails in the transaction that TypeORM opens around a migration. */
export function ofTransactions(migration: Followed, statements: readonly Statement[], schema: Schema, index: number): Finding<RuleId>[] {
  const commit = statements.findIndex(({ node }) => 'TransactionStmt' in node && (node.TransactionStmt.kind === 'TRANS_STMT_COMMIT' || node.TransactionStmt.kind === 'TRANS_STMT_ROLLBACK'));
  const inside = migration.inTransaction ? new Set(commit < 0 ? statements : statements.slice(0, commit)) : new Set<Statement>();
  return schema.events.filter((event) => event.migration === index && inside.has(event.by)).flatMap((event): Finding<RuleId>[] => {
    if (event.kind === 'concurrently') {
      return [finding({ rule: 'concurrently-in-transaction', by: event.by, subject: migration.className, ...(migration.staticTransaction ? { detail: 'Its `transaction = false` is static, and TypeORM reads that of the instance.' } : {}) })];
    }
    if (event.kind !== 'label-added' || event.type.was === null) return [];
    const user = statements.slice(statements.indexOf(event.by) + 1).find((one) => inside.has(one) && !('AlterEnumStmt' in one.node) && names(one.node, event.label));
    return user === undefined ? [] : [finding({ rule: 'enum-label-used-early', by: user, subject: `${event.type.was}.${event.label}` })];
  });
}

function names(node: unknown, label: string): boolean {
  if (Array.isArray(node)) return node.some((one) => names(one, label));
  if (typeof node !== 'object' || node === null) return false;
  return ('sval' in node && typeof node.sval === 'object' && node.sval !== null && 'sval' in node.sval && node.sval.sval === label) || Object.values(node).some((one) => names(one, label));
}

/** One finding for a migration whose first strong lock waits without a bound. */
export function withoutLockTimeout(findings: readonly Finding<RuleId>[], statements: readonly Statement[]): Finding<RuleId>[] {
  const bounded = statements.findIndex(({ node }) => 'VariableSetStmt' in node && node.VariableSetStmt.name === 'lock_timeout');
  const locking = new Set(findings.filter(({ lock }) => lock === 'AccessExclusiveLock').map(({ file, line }) => `${file}:${line}`));
  const first = statements.findIndex(({ place }) => locking.has(`${place.file}:${place.line}`));
  const by = statements[first];
  return by === undefined || (bounded >= 0 && bounded < first) ? [] : [finding({ rule: 'no-lock-timeout', by, subject: 'lock_timeout' })];
}
