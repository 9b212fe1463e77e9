import type { CreateStmt, DropStmt, IndexStmt, RenameStmt } from 'libpg-query';
import type { Node } from '../sql/parser.ts';
import type { Statement } from '../sql/read.ts';
import { addConstraint, alterTable, dropColumn, happened } from './alter-table.ts';
import { readColumn, supposedConstraint } from './columns.ts';
import { bareTable, type Constraint, columnOf, newColumn, newTable, newType, type Schema, type Table, tableOf, typeNamed } from './model.ts';
import { keyOf, objectKey, qualified, strings, tableKey } from './names.ts';

/** Brings the schema to where it is after the statement, and notes what is to be judged. */
export function apply(schema: Schema, by: Statement): void {
  const { node } = by;
  if ('AlterTableStmt' in node) alterTable(schema, node.AlterTableStmt, by);
  else if ('CreateStmt' in node) createTable(schema, node.CreateStmt, by);
  else if ('DropStmt' in node) drop(schema, node.DropStmt, by);
  else if ('RenameStmt' in node) rename(schema, node.RenameStmt, by);
  else if ('IndexStmt' in node) createIndex(schema, node.IndexStmt, by);
  else if ('CreateTableAsStmt' in node) {
    const { into, objtype, if_not_exists: ifNotExists, query } = node.CreateTableAsStmt;
    withColumnsOf(query, into?.colNames, create(schema, tableKey(into?.rel), objtype === 'OBJECT_MATVIEW' ? 'view' : 'table', ifNotExists === true, by));
  } else if ('ViewStmt' in node) {
    // OR REPLACE may only add columns at the end.
    const { view, replace, aliases, query } = node.ViewStmt;
    if (replace !== true || !schema.tables.has(tableKey(view))) withColumnsOf(query, aliases, create(schema, tableKey(view), 'view', false, by));
  } else if ('CreateEnumStmt' in node) {
    const key = qualified(strings(node.CreateEnumStmt.typeName));
    if (!(schema.types.has(key) && by.conditional)) newType(schema, key, null, strings(node.CreateEnumStmt.vals));
  } else if ('AlterEnumStmt' in node) {
    const type = typeNamed(schema, qualified(strings(node.AlterEnumStmt.typeName)));
    const { oldVal, newVal = '' } = node.AlterEnumStmt;
    if (oldVal !== undefined && oldVal !== '') {
      if (type.labels !== null) type.labels = type.labels.map((label) => (label === oldVal ? newVal : label));
      happened(schema, by, { kind: 'label-renamed', type, label: oldVal });
    } else if (type.labels?.includes(newVal) !== true) {
      type.labels?.push(newVal);
      happened(schema, by, { kind: 'label-added', type, label: newVal });
    }
  } else if ('AlterObjectSchemaStmt' in node) {
    const { objectType, relation, newschema } = node.AlterObjectSchemaStmt;
    if (objectType === 'OBJECT_TABLE' || objectType === 'OBJECT_VIEW' || objectType === 'OBJECT_MATVIEW') move(schema, tableOf(schema, tableKey(relation)), keyOf(newschema, relation?.relname ?? ''), by);
  } else if ('DropdbStmt' in node) happened(schema, by, { kind: 'database-dropped', name: node.DropdbStmt.dbname ?? '' });
  else rows(schema, by);
}

function rows(schema: Schema, by: Statement): void {
  const { node } = by;
  const on = (key: string): Table | null => schema.tables.get(key) ?? (key === '' || INTERNAL.test(key) ? null : tableOf(schema, key));
  const changed = (kind: 'rows-deleted' | 'rows-changed' | 'trigger', key: string): void => {
    const table = on(key);
    if (table !== null) happened(schema, by, { kind, table });
  };
  if ('TruncateStmt' in node) for (const one of node.TruncateStmt.relations ?? []) changed('rows-deleted', objectKey(one));
  else if ('DeleteStmt' in node) changed(node.DeleteStmt.whereClause === undefined && node.DeleteStmt.usingClause === undefined ? 'rows-deleted' : 'rows-changed', tableKey(node.DeleteStmt.relation));
  else if ('InsertStmt' in node) changed('rows-changed', tableKey(node.InsertStmt.relation));
  else if ('UpdateStmt' in node) {
    const table = on(tableKey(node.UpdateStmt.relation));
    if (table === null) return;
    happened(schema, by, { kind: 'rows-changed', table });
    for (const target of node.UpdateStmt.targetList ?? []) {
      const column = 'ResTarget' in target ? table.columns.get(target.ResTarget.name ?? '') : undefined;
      if (column !== undefined) column.written = true;
    }
  } else if ('CreateTrigStmt' in node) changed('trigger', tableKey(node.CreateTrigStmt.relation));
  else if ('RuleStmt' in node) changed('trigger', tableKey(node.RuleStmt.relation));
  else if ('GrantStmt' in node && node.GrantStmt.is_grant !== true && node.GrantStmt.objtype === 'OBJECT_TABLE') {
    for (const one of node.GrantStmt.objects ?? []) happened(schema, by, { kind: 'revoked', table: tableOf(schema, objectKey(one)) });
  } else if ('ReindexStmt' in node || 'VacuumStmt' in node) {
    const concurrent = 'VacuumStmt' in node ? node.VacuumStmt.is_vacuumcmd === true : (node.ReindexStmt.params ?? []).some((one) => 'DefElem' in one && one.DefElem.defname === 'concurrently');
    if (concurrent) happened(schema, by, { kind: 'concurrently' });
  }
}

// TypeORM's own, and PostgreSQL's.
const INTERNAL = /^(?:typeorm_metadata|migrations|pg_catalog\.|information_schema\.)/u;

function createTable(schema: Schema, node: CreateStmt, by: Statement): void {
  const table = create(schema, tableKey(node.relation), 'table', node.if_not_exists === true, by);
  if (table === null) return;
  const elements = node.tableElts ?? [];
  table.complete = (node.inhRelations ?? []).length === 0 && node.partbound === undefined && elements.every((one) => !('TableLikeClause' in one));
  for (const one of elements) {
    if (!('ColumnDef' in one)) continue;
    const { type, notNull, filled, constraints } = readColumn(one.ColumnDef);
    newColumn(table, one.ColumnDef.colname ?? '', null, { type, notNull, filled });
    for (const constraint of constraints) addConstraint(schema, table, constraint, one.ColumnDef.colname ?? '', by);
  }
  for (const one of elements) if ('Constraint' in one) addConstraint(schema, table, one.Constraint, null, by);
}

/** The names that a query gives its columns, as far as they stand there. */
function withColumnsOf(query: Node | undefined, aliases: readonly Node[] | undefined, table: Table | null): void {
  if (table === null || query === undefined || !('SelectStmt' in query)) return;
  let select = query.SelectStmt;
  while (select.larg !== undefined) select = select.larg;
  const own = strings(aliases);
  const names = (select.targetList ?? []).map((target, index) => own[index] ?? ('ResTarget' in target ? (target.ResTarget.name ?? columnIn(target.ResTarget.val)) : null));
  for (const name of names) if (name !== null) newColumn(table, name, null, { type: null, notNull: null, filled: null });
  table.complete = names.length > 0 && !names.includes(null);
}

/** Null for `*`, and for an expression: how PostgreSQL names that is not told here. */
function columnIn(node: Node | undefined): string | null {
  if (node === undefined || !('ColumnRef' in node)) return null;
  const last = node.ColumnRef.fields?.at(-1);
  return last !== undefined && 'String' in last ? (last.String.sval ?? null) : null;
}

/** @returns null when it is there already, and nothing is done */
function create(schema: Schema, key: string, kind: Table['kind'], ifNotExists: boolean, by: Statement): Table | null {
  const there = schema.tables.get(key);
  // `CREATE` of what is there would fail: what was supposed of it was wrong.
  if (there !== undefined && (ifNotExists || by.conditional)) return null;
  if (there !== undefined) there.was = null;
  return newTable(schema, key, { was: null, kind, complete: false });
}

function drop(schema: Schema, node: DropStmt, by: Statement): void {
  const guarded = node.missing_ok === true || by.conditional;
  for (const object of node.objects ?? []) {
    const key = objectKey(object);
    switch (node.removeType) {
      case 'OBJECT_TABLE': case 'OBJECT_VIEW': case 'OBJECT_MATVIEW': case 'OBJECT_FOREIGN_TABLE': {
        const kind = node.removeType === 'OBJECT_TABLE' || node.removeType === 'OBJECT_FOREIGN_TABLE' ? 'table' : 'view';
        if (!schema.tables.has(key) && guarded && schema.complete) break;
        const table = schema.tables.get(key) ?? newTable(schema, key, { was: key, kind, complete: false, supposed: guarded });
        schema.tables.delete(key);
        table.moved = { by, how: 'dropped' };
        break;
      }
      case 'OBJECT_TYPE':
        schema.types.delete(key);
        if (node.behavior === 'DROP_CASCADE') for (const table of schema.tables.values()) for (const column of table.columns.values()) if (column.type?.name === key) dropColumn(table, column, by);
        break;
      case 'OBJECT_INDEX': dropIndex(schema, key, node, guarded, by); break;
      case 'OBJECT_SCHEMA': happened(schema, by, { kind: 'schema-dropped', name: key }); break;
      case 'OBJECT_FUNCTION': case 'OBJECT_PROCEDURE': case 'OBJECT_ROUTINE': happened(schema, by, { kind: 'function-dropped', name: key }); break;
      case 'OBJECT_TRIGGER': case 'OBJECT_RULE': case 'OBJECT_POLICY': {
        const names = 'List' in object ? strings(object.List.items) : [];
        happened(schema, by, { kind: 'trigger', table: tableOf(schema, qualified(names.slice(0, -1))) });
        break;
      }
      default:
    }
  }
}

function dropIndex(schema: Schema, key: string, node: DropStmt, guarded: boolean, by: Statement): void {
  if (node.concurrent === true) happened(schema, by, { kind: 'concurrently' });
  const name = key.split('.').at(-1) ?? '';
  const table = [...schema.tables.values()].find((one) => one.constraints.has(name));
  if (table === undefined && guarded && schema.complete) return;
  const constraint = table?.constraints.get(name) ?? supposedConstraint(name);
  table?.constraints.delete(name);
  table?.gone.push(constraint);
  // Whose index it was is not known: it has no columns by which it could be judged.
  happened(schema, by, { kind: 'constraint-dropped', table: table ?? bareTable(name, { was: name, kind: 'table', complete: false }), constraint });
}

function rename(schema: Schema, node: RenameStmt, by: Statement): void {
  const to = node.newname ?? '';
  switch (node.renameType) {
    case 'OBJECT_COLUMN': case 'OBJECT_ATTRIBUTE': {
      if (node.relationType !== 'OBJECT_TABLE' && node.relationType !== 'OBJECT_VIEW' && node.relationType !== 'OBJECT_MATVIEW') return;
      if (!schema.tables.has(tableKey(node.relation)) && by.conditional && schema.complete) return;
      const table = tableOf(schema, tableKey(node.relation));
      const column = columnOf(table, node.subname ?? '', by.conditional);
      if (column === null) return;
      table.columns.delete(column.name);
      column.name = to;
      column.moved = { by, how: 'renamed' };
      table.columns.set(to, column);
      for (const { name, columns, ...rest } of table.constraints.values()) {
        if (columns?.includes(node.subname ?? '') === true) table.constraints.set(name, { name, ...rest, columns: columns.map((one) => (one === node.subname ? to : one)) });
      }
      return;
    }
    case 'OBJECT_TABLE': case 'OBJECT_VIEW': case 'OBJECT_MATVIEW': {
      const key = tableKey(node.relation);
      if (!schema.tables.has(key) && (node.missing_ok === true || by.conditional) && schema.complete) return;
      move(schema, tableOf(schema, key, node.renameType === 'OBJECT_TABLE' ? 'table' : 'view'), keyOf(node.relation?.schemaname, to), by);
      return;
    }
    case 'OBJECT_TYPE': {
      const type = typeNamed(schema, objectKey(node.object));
      const from = type.key;
      schema.types.delete(from);
      type.key = from.includes('.') ? `${from.split('.')[0] ?? ''}.${to}` : to;
      schema.types.set(type.key, type);
      for (const table of schema.tables.values()) for (const column of table.columns.values()) if (column.type?.name === from) column.type = { ...column.type, name: type.key };
      return;
    }
    case 'OBJECT_TABCONSTRAINT': case 'OBJECT_INDEX': renameConstraint(schema, node, to); return;
    case 'OBJECT_SCHEMA': happened(schema, by, { kind: 'schema-renamed', name: node.subname ?? '' }); return;
    default:
  }
}

function renameConstraint(schema: Schema, node: RenameStmt, to: string): void {
  const from = node.renameType === 'OBJECT_INDEX' ? (node.relation?.relname ?? '') : (node.subname ?? '');
  for (const table of schema.tables.values()) {
    const known: Constraint | undefined = table.constraints.get(from);
    if (known === undefined || (node.renameType === 'OBJECT_TABCONSTRAINT' && table.key !== tableKey(node.relation))) continue;
    table.constraints.delete(from);
    table.constraints.set(to, { ...known, name: to });
    return;
  }
}

function move(schema: Schema, table: Table, to: string, by: Statement): void {
  schema.tables.delete(table.key);
  table.key = to;
  table.moved = { by, how: 'renamed' };
  schema.tables.set(to, table);
}

function createIndex(schema: Schema, node: IndexStmt, by: Statement): void {
  if (node.concurrent === true) happened(schema, by, { kind: 'concurrently' });
  const table = tableOf(schema, tableKey(node.relation));
  const params = (node.indexParams ?? []).flatMap((one) => ('IndexElem' in one ? [one.IndexElem.name ?? null] : []));
  const columns = params.includes(null) || node.whereClause !== undefined ? null : params.filter((one) => one !== null);
  const name = node.idxname ?? [table.key.split('.').at(-1), ...(columns ?? ['expr']), 'idx'].join('_');
  if (table.constraints.has(name) && (node.if_not_exists === true || by.conditional)) return;
  const constraint: Constraint = { name, kind: node.unique === true ? 'unique' : 'index', columns, parent: null, was: false };
  table.constraints.set(name, constraint);
  happened(schema, by, { kind: 'constraint-added', table, constraint, valid: true, requires: [], mentions: params.filter((one) => one !== null), restricts: false, concurrent: node.concurrent === true, usingIndex: false });
}
