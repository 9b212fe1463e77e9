import type { Statement } from '../sql/read.ts';
import { readColumn, readConstraint, isNull } from './columns.ts';
import type { ColumnFacts, Constraint } from './model.ts';
import { keyOf, qualified, strings, tableKey, typeOf } from './names.ts';

/** What `down()` says of how it was before: believed only where the migrations before say nothing. */
export interface Witness {
  column(table: string, name: string): Partial<ColumnFacts>;
  labels(type: string): readonly string[] | null;
  constraint(name: string): Constraint | null;
}

/** @param downs of the migrations of the set, the newest first: the oldest has the last word */
export function witnessOf(downs: readonly Statement[]): Witness {
  const columns = new Map<string, Partial<ColumnFacts>>();
  const labels = new Map<string, string[]>();
  const constraints = new Map<string, Constraint>();
  const say = (table: string, name: string, facts: Partial<ColumnFacts>): void => void columns.set(`${table}.${name}`, { ...columns.get(`${table}.${name}`), ...facts });
  for (const { node } of downs) {
    if ('CreateEnumStmt' in node) {
      // TypeORM makes the old one beside the new as `…_old`, and renames it at the end.
      const names = strings(node.CreateEnumStmt.typeName);
      labels.set(keyOf(names.at(-2), (names.at(-1) ?? '').replace(/_old$/u, '')), strings(node.CreateEnumStmt.vals));
    }
    if ('IndexStmt' in node) {
      const { idxname = '', indexParams, unique } = node.IndexStmt;
      const columns = (indexParams ?? []).flatMap((one) => ('IndexElem' in one && one.IndexElem.name !== undefined ? [one.IndexElem.name] : []));
      constraints.set(idxname, { name: idxname, kind: unique === true ? 'unique' : 'index', columns, parent: null, was: true });
    }
    if (!('AlterTableStmt' in node)) continue;
    const table = tableKey(node.AlterTableStmt.relation);
    for (const one of node.AlterTableStmt.cmds ?? []) {
      if (!('AlterTableCmd' in one)) continue;
      const { subtype, name = '', def } = one.AlterTableCmd;
      if (subtype === 'AT_SetNotNull') say(table, name, { notNull: true });
      if (subtype === 'AT_DropNotNull') say(table, name, { notNull: false });
      if (subtype === 'AT_ColumnDefault') say(table, name, { filled: def !== undefined && !isNull(def) });
      if (subtype === 'AT_AlterColumnType' && def !== undefined && 'ColumnDef' in def) {
        const { type } = typeOf(def.ColumnDef.typeName);
        say(table, name, { type: { ...type, name: type.name.replace(/_old$/u, '') } });
      }
      if (subtype === 'AT_AddColumn' && def !== undefined && 'ColumnDef' in def) {
        const { type, notNull, filled } = readColumn(def.ColumnDef);
        say(table, def.ColumnDef.colname ?? '', { type, notNull, filled });
      }
      if (subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def) {
        const constraint = readConstraint(def.Constraint, table, null);
        if (constraint !== null) constraints.set(constraint.name, { ...constraint, was: true });
      }
    }
  }
  return {
    column: (table, name) => columns.get(`${table}.${name}`) ?? {},
    labels: (type) => labels.get(qualified(type.split('.'))) ?? null,
    constraint: (name) => constraints.get(name) ?? null,
  };
}
