import type { AlterTableCmd, AlterTableStmt, Constraint as ConstraintNode } from 'libpg-query';
import type { Statement } from '../sql/read.ts';
import type { Node } from '../sql/parser.ts';
import { isNull, mentioned, readColumn, readConstraint, required, supposedConstraint } from './columns.ts';
import { columnOf, type Column, type Event, newColumn, type Schema, type Table, tableOf } from './model.ts';
import { type ColumnType, strings, tableKey, typeOf } from './names.ts';

type Happened = Event extends infer One ? (One extends Event ? Omit<One, 'by' | 'migration'> : never) : never;

export function happened(schema: Schema, by: Statement, event: Happened): void {
  schema.events.push({ ...event, by, migration: schema.migration });
}

export function alterTable(schema: Schema, node: AlterTableStmt, by: Statement): void {
  if (node.objtype === 'OBJECT_INDEX' || node.objtype === 'OBJECT_SEQUENCE' || node.objtype === 'OBJECT_TYPE') return;
  const key = tableKey(node.relation);
  if (!schema.tables.has(key) && (node.missing_ok === true || by.conditional) && schema.complete) return;
  const table = tableOf(schema, key);
  for (const command of node.cmds ?? []) if ('AlterTableCmd' in command) alter(schema, table, command.AlterTableCmd, by);
}

function alter(schema: Schema, table: Table, command: AlterTableCmd, by: Statement): void {
  const named = (): Column | null => columnOf(table, command.name ?? '', command.missing_ok === true || by.conditional);
  switch (command.subtype) {
    case 'AT_AddColumn': addColumn(schema, table, command, by); return;
    case 'AT_DropColumn': dropColumn(table, named(), by); return;
    case 'AT_SetNotNull': setNotNull(schema, table, named(), by); return;
    case 'AT_DropNotNull': {
      const column = named();
      if (column === null || column.notNull === false) return;
      column.notNull = false;
      happened(schema, by, { kind: 'not-null-dropped', table, column });
      return;
    }
    case 'AT_ColumnDefault': setDefault(schema, table, named(), command.def, by); return;
    case 'AT_DropIdentity': case 'AT_DropExpression': setDefault(schema, table, named(), undefined, by); return;
    case 'AT_AddIdentity': {
      const column = named();
      if (column !== null) column.filled = true;
      return;
    }
    case 'AT_AlterColumnType': if (command.def !== undefined && 'ColumnDef' in command.def) changeType(schema, table, named(), command.def, by); return;
    case 'AT_AddConstraint': case 'AT_AddIndexConstraint': if (command.def !== undefined && 'Constraint' in command.def) addConstraint(schema, table, command.def.Constraint, null, by); return;
    case 'AT_DropConstraint': dropConstraint(schema, table, command.name ?? '', command.missing_ok === true || by.conditional, by); return;
    case 'AT_EnableRowSecurity': case 'AT_ForceRowSecurity': happened(schema, by, { kind: 'row-security', table }); return;
    case 'AT_DisableTrig': case 'AT_DisableTrigAll': case 'AT_DisableTrigUser': happened(schema, by, { kind: 'trigger', table }); return;
    default:
  }
}

function addColumn(schema: Schema, table: Table, command: AlterTableCmd, by: Statement): void {
  if (command.def === undefined || !('ColumnDef' in command.def)) return;
  const definition = command.def.ColumnDef;
  const name = definition.colname ?? '';
  const there = table.columns.get(name);
  if (there !== undefined) {
    if (command.missing_ok === true || by.conditional) return;
    // It could not be added if it was there: what the migrations before say of it is not the whole truth.
    if (there.was === name) there.was = null;
  }
  const { type, notNull, filled, volatile, constraints } = readColumn(definition);
  const column = newColumn(table, name, null, { type, notNull, filled });
  column.demanded = by;
  happened(schema, by, { kind: 'column-added', table, column, rewrite: volatile });
  for (const one of constraints) addConstraint(schema, table, one, name, by);
}

export function dropColumn(table: Table, column: Column | null, by: Statement): void {
  if (column === null) return;
  table.columns.delete(column.name);
  column.moved = { by, how: 'dropped' };
  for (const { name, columns } of table.constraints.values()) if (columns?.includes(column.name) === true) table.constraints.delete(name);
}

function setNotNull(schema: Schema, table: Table, column: Column | null, by: Statement): void {
  if (column === null || column.notNull === true) return;
  column.notNull = true;
  column.demanded = by;
  happened(schema, by, { kind: 'not-null-set', table, column });
}

function setDefault(schema: Schema, table: Table, column: Column | null, value: Node | undefined, by: Statement): void {
  if (column === null) return;
  const filled = value !== undefined && !isNull(value);
  if (column.filled === filled) return;
  column.filled = filled;
  if (filled) return;
  column.demanded = by;
  happened(schema, by, { kind: 'default-dropped', table, column });
}

function changeType(schema: Schema, table: Table, column: Column | null, { ColumnDef: definition }: Extract<Node, { ColumnDef: unknown }>, by: Statement): void {
  if (column === null) return;
  const { type: to } = typeOf(definition.typeName);
  const from = column.type;
  // TypeORM compares first, and changes nothing then.
  if (by.from === 'change-column' && from !== null && same(from, to)) return;
  column.type = to;
  const into = schema.types.get(to.name) ?? null;
  const swapped = into === null ? null : (schema.everTypes.find(({ was }) => was === to.name && into.was === null) ?? null);
  happened(schema, by, { kind: 'type-changed', table, column, from, to, swapped, into, plain: isPlainCast(definition.raw_default, column.name, to) });
}

function same(one: ColumnType, other: ColumnType): boolean {
  return one.name === other.name && one.array === other.array && one.modifiers.join() === other.modifiers.join();
}

/** `USING a`, `USING a::new`: no more than what it would do without. */
function isPlainCast(using: Node | undefined, column: string, to: ColumnType): boolean {
  if (using === undefined) return true;
  if ('ColumnRef' in using) return strings(using.ColumnRef.fields).at(-1) === column;
  return 'TypeCast' in using && same(typeOf(using.TypeCast.typeName).type, to) && isPlainCast(using.TypeCast.arg, column, to);
}

/** A constraint of the table, or one that stands with a column. */
export function addConstraint(schema: Schema, table: Table, node: ConstraintNode, column: string | null, by: Statement): void {
  // A constraint of its own since PostgreSQL 18.
  if (node.contype === 'CONSTR_NOTNULL' && column === null) for (const name of strings(node.keys)) setNotNull(schema, table, columnOf(table, name, false), by);
  const constraint = readConstraint(node, table.key, column);
  if (constraint === null) return;
  if (table.constraints.has(constraint.name) && by.conditional) return;
  if (constraint.kind === 'primary') for (const name of constraint.columns ?? []) inKey(schema, table, table.columns.get(name), by);
  const parent = constraint.parent === null || constraint.parent === table.key ? null : tableOf(schema, constraint.parent);
  const usingIndex = node.indexname !== undefined && node.indexname !== '';
  const taken = usingIndex ? table.constraints.get(node.indexname ?? '') : undefined;
  if (taken !== undefined) table.constraints.delete(taken.name);
  table.constraints.set(constraint.name, taken === undefined ? constraint : { ...constraint, columns: taken.columns });
  happened(schema, by, {
    kind: 'constraint-added', table, constraint, usingIndex, concurrent: false,
    valid: node.skip_validation !== true,
    requires: constraint.kind === 'check' ? required(node.raw_expr) : [],
    mentions: constraint.kind === 'check' ? mentioned(node.raw_expr) : [],
    // a: NO ACTION, r: RESTRICT. From a parent that came with the set the running release deletes nothing.
    restricts: constraint.kind === 'foreign' && parent?.was !== null && !/^[cnd]$/u.test(node.fk_del_action ?? 'a'),
  });
}

/** A primary key makes its columns NOT NULL; where it is not known whether they were, another key stood over them as a rule. */
function inKey(schema: Schema, table: Table, column: Column | undefined, by: Statement): void {
  if (column?.notNull === false) setNotNull(schema, table, column, by);
  else if (column !== undefined) column.notNull = true;
}

function dropConstraint(schema: Schema, table: Table, name: string, mayBeAbsent: boolean, by: Statement): void {
  const known = table.constraints.get(name);
  if (known === undefined && mayBeAbsent && table.complete) return;
  if (known === undefined && table.was === null) return;
  const constraint = known ?? supposedConstraint(name);
  table.constraints.delete(name);
  table.gone.push(constraint);
  happened(schema, by, { kind: 'constraint-dropped', table, constraint });
}
