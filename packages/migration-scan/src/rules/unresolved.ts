import { LIMITS } from '../limits.ts';
import type { Read, Statement } from '../sql/read.ts';
import type { Finding } from '../types.ts';
import { RULES, type RuleId } from './rules.ts';

/** What cannot be told of a migration, as findings of their own. */
export function unresolvedIn(read: Read): Finding<RuleId>[] {
  switch (read.kind) {
    case 'unresolved': return [said(read, read.subject, `${read.why}.`)];
    case 'refused': return [said(read, 'query', `PostgreSQL's grammar refuses it: ${read.why}.`)];
    case 'statement': return read.statement.holes && !isHarmless(read.statement) ? [said(read.statement, 'query', 'A part of the SQL is not known before it runs.')] : [];
  }
}

function said(of: Pick<Statement, 'place' | 'conditional' | 'sql'>, subject: string, what: string): Finding<RuleId> {
  const { kind, why, lock, rewrite, safeWay } = RULES.unresolved;
  return { kind, rule: 'unresolved', ...of.place, conditional: of.conditional, subject, sql: of.sql.slice(0, LIMITS.sqlExcerpt), why: `${what} ${why}`, lock, rewrite, safeWay };
}

/** Rows, and objects that are new: whatever the part is, the running release meets no other schema. */
function isHarmless({ node }: Statement): boolean {
  return HARMLESS.some((kind) => kind in node);
}

const HARMLESS = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'CreateStmt', 'CreateEnumStmt', 'CreateSchemaStmt', 'CreateExtensionStmt', 'CreateFunctionStmt', 'CreateSeqStmt', 'CommentStmt', 'VariableSetStmt', 'TransactionStmt', 'CopyStmt', 'CreateRoleStmt'];
