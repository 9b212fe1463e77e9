import type { ColumnDef, Constraint as ConstraintNode } from 'libpg-query';
import type { Node } from '../sql/parser.ts';
import type { ColumnFacts, Constraint } from './model.ts';
import { strings, tableKey, typeOf } from './names.ts';

/** A column as it is defined, and the constraints that stand with it. */
export function readColumn(definition: ColumnDef): ColumnFacts & { readonly constraints: readonly ConstraintNode[]; readonly volatile: boolean; readonly notNull: boolean; readonly filled: boolean } {
  const { type, serial } = typeOf(definition.typeName);
  const constraints = (definition.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  const has = (kind: ConstraintNode['contype']): ConstraintNode | undefined => constraints.find(({ contype }) => contype === kind);
  const fallback = has('CONSTR_DEFAULT')?.raw_expr;
  const generated = has('CONSTR_IDENTITY') !== undefined || has('CONSTR_GENERATED') !== undefined;
  const virtual = has('CONSTR_GENERATED')?.generated_kind === 'v';
  return {
    type,
    notNull: serial || has('CONSTR_NOTNULL') !== undefined || has('CONSTR_PRIMARY') !== undefined || has('CONSTR_IDENTITY') !== undefined,
    filled: serial || generated || (fallback !== undefined && !isNull(fallback)),
    volatile: serial || (generated && !virtual) || (fallback !== undefined && isVolatile(fallback)),
    constraints,
  };
}

export function isNull(node: Node): boolean {
  if ('A_Const' in node) return node.A_Const.isnull === true;
  return 'TypeCast' in node && node.TypeCast.arg !== undefined && isNull(node.TypeCast.arg);
}

// Stable or immutable, so that PostgreSQL reckons them once and stores the value with the column (fast default, since 11).
const STABLE = new Set([
  'now', 'transaction_timestamp', 'statement_timestamp', 'to_timestamp', 'make_interval', 'date_trunc', 'timezone', 'current_schema', 'lower', 'upper', 'concat', 'md5', 'length', 'round', 'floor', 'abs',
  'array_fill', 'json_build_object', 'jsonb_build_object', 'jsonb_build_array', 'to_jsonb',
]);

/** A default with a function that gives another value for each row: one that is not known is taken for such a one. */
function isVolatile(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(isVolatile);
  if (typeof node !== 'object' || node === null) return false;
  if ('FuncCall' in node) {
    const { funcname, args } = (node as Extract<Node, { FuncCall: unknown }>).FuncCall;
    return !STABLE.has(strings(funcname).at(-1) ?? '') || isVolatile(args);
  }
  return Object.values(node).some(isVolatile);
}

const KINDS: Readonly<Partial<Record<NonNullable<ConstraintNode['contype']>, { kind: Constraint['kind']; suffix: string }>>> = {
  CONSTR_PRIMARY: { kind: 'primary', suffix: 'pkey' },
  CONSTR_UNIQUE: { kind: 'unique', suffix: 'key' },
  CONSTR_FOREIGN: { kind: 'foreign', suffix: 'fkey' },
  CONSTR_CHECK: { kind: 'check', suffix: 'check' },
  CONSTR_EXCLUSION: { kind: 'exclusion', suffix: 'excl' },
};

/** With the name that PostgreSQL gives where none is given. @returns null for what is no constraint of the table */
export function readConstraint(node: ConstraintNode, table: string, column: string | null): Constraint | null {
  const known = node.contype === undefined ? undefined : KINDS[node.contype];
  if (known === undefined) return null;
  const keys = known.kind === 'foreign' ? strings(node.fk_attrs) : strings(node.keys);
  const columns = keys.length > 0 ? keys : column === null ? null : [column];
  const bare = table.split('.').at(-1) ?? '';
  const name = node.conname ?? [bare, ...(known.kind === 'primary' ? [] : (columns ?? [])), known.suffix].join('_');
  return { name, kind: known.kind, columns: known.kind === 'check' ? mentioned(node.raw_expr) : columns, parent: known.kind === 'foreign' ? tableKey(node.pktable) : null, was: false };
}

/** The columns that an expression names. */
export function mentioned(node: unknown): string[] {
  if (Array.isArray(node)) return [...new Set(node.flatMap(mentioned))];
  if (typeof node !== 'object' || node === null) return [];
  if ('ColumnRef' in node) return strings((node as Extract<Node, { ColumnRef: unknown }>).ColumnRef.fields).slice(-1);
  return [...new Set(Object.values(node).flatMap(mentioned))];
}

/** The columns that may not be null by it: `CHECK (a IS NOT NULL AND …)`. */
export function required(node: Node | undefined): string[] {
  if (node === undefined) return [];
  if ('NullTest' in node) return node.NullTest.nulltesttype === 'IS_NOT_NULL' ? mentioned(node.NullTest.arg) : [];
  return 'BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR' ? (node.BoolExpr.args ?? []).flatMap(required) : [];
}

/** What the names of TypeORM and PostgreSQL say, where nothing else does. */
export function supposedConstraint(name: string): Constraint {
  const kind = /^(?:UQ|REL|UNQ)_|_key$|_uniq(?:ue)?$|^uni?q/iu.test(name) ? 'unique' : /^PK_|_pkey$/iu.test(name) ? 'primary' : /^FK_|_fkey$|_fk$|^fk/iu.test(name) ? 'foreign' : /^CHK_|_check$/iu.test(name) ? 'check' : 'unknown';
  return { name, kind, columns: null, parent: null, was: true };
}
