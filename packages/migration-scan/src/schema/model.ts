import type { Statement } from '../sql/read.ts';
import type { ColumnType } from './names.ts';

/** Null: not known, since what made it is not among the migrations. */
export interface ColumnFacts {
  type: ColumnType | null;
  notNull: boolean | null;
  /** A value comes by itself: a default, an identity, a generated column. */
  filled: boolean | null;
}

export interface Column extends ColumnFacts {
  name: string;
  /** Its name before the set; null for what came with it. */
  was: string | null;
  /** Only a statement that does nothing where it is absent speaks of it. */
  readonly supposed: boolean;
  before: Readonly<ColumnFacts>;
  /** What last took it from where it was, or last set it. */
  moved: Moved | null;
  /** An UPDATE of the set gives it values. */
  written: boolean;
  /** The last statement that decided whether a row needs a value for it. */
  demanded: Statement | null;
}

export interface Moved { readonly by: Statement; readonly how: 'dropped' | 'renamed' }

export interface Constraint {
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'foreign' | 'check' | 'exclusion' | 'index' | 'unknown';
  /** Null when they are not known, or an expression is among them. */
  readonly columns: readonly string[] | null;
  readonly parent: string | null;
  /** It was there before the set. */
  was: boolean;
}

export interface Table {
  key: string;
  was: string | null;
  readonly kind: 'table' | 'view';
  /** All its columns are known. */
  complete: boolean;
  /** Only a `DROP … IF EXISTS` speaks of it. */
  readonly supposed: boolean;
  readonly columns: Map<string, Column>;
  /** With those that are gone. */
  readonly ever: Column[];
  readonly constraints: Map<string, Constraint>;
  /** Constraints that the set dropped. */
  readonly gone: Constraint[];
  moved: Moved | null;
}

export interface EnumType {
  key: string;
  was: string | null;
  labels: string[] | null;
  before: readonly string[] | null;
}

interface TypeChanged {
  readonly kind: 'type-changed';
  readonly table: Table;
  readonly column: Column;
  readonly from: ColumnType | null;
  readonly to: ColumnType;
  /** The enum that the new one takes the place of. */
  readonly swapped: EnumType | null;
  readonly into: EnumType | null;
  /** Without a USING that reckons. */
  readonly plain: boolean;
}

/** With indexes. */
interface ConstraintAdded {
  readonly kind: 'constraint-added';
  readonly table: Table;
  readonly constraint: Constraint;
  readonly valid: boolean;
  /** Columns that may not be NULL by it, and all that it names. */
  readonly requires: readonly string[];
  readonly mentions: readonly string[];
  /** A parent's row cannot be deleted while it is referred to. */
  readonly restricts: boolean;
  readonly concurrent: boolean;
  readonly usingIndex: boolean;
}

/** What a statement did that is judged at the end, when the net effect is known. */
export type Event = { readonly by: Statement; readonly migration: number } & (
  | { readonly kind: 'column-added'; readonly table: Table; readonly column: Column; readonly rewrite: boolean }
  | TypeChanged
  | ConstraintAdded
  | { readonly kind: 'constraint-dropped'; readonly table: Table; readonly constraint: Constraint }
  | { readonly kind: 'not-null-dropped'; readonly table: Table; readonly column: Column }
  | { readonly kind: 'not-null-set'; readonly table: Table; readonly column: Column }
  | { readonly kind: 'default-dropped'; readonly table: Table; readonly column: Column }
  | { readonly kind: 'label-added' | 'label-renamed'; readonly type: EnumType; readonly label: string }
  | { readonly kind: 'rows-deleted' | 'rows-changed' | 'trigger' | 'row-security' | 'revoked'; readonly table: Table }
  | { readonly kind: 'function-dropped' | 'schema-dropped' | 'schema-renamed' | 'database-dropped'; readonly name: string }
  | { readonly kind: 'concurrently' }
);

export interface Schema {
  readonly tables: Map<string, Table>;
  readonly ever: Table[];
  readonly types: Map<string, EnumType>;
  readonly everTypes: EnumType[];
  readonly events: Event[];
  /** Every table is known: each one that is spoken of was created before our eyes. */
  complete: boolean;
  /** Of the migration that is applied. */
  migration: number;
}

export function emptySchema(): Schema {
  return { tables: new Map(), ever: [], types: new Map(), everTypes: [], events: [], complete: true, migration: 0 };
}

/** From here on: what is there, was there before. */
export function beginSet(schema: Schema): void {
  schema.events.length = 0;
  schema.ever.splice(0, Infinity, ...schema.tables.values());
  schema.everTypes.splice(0, Infinity, ...schema.types.values());
  for (const table of schema.tables.values()) {
    table.was = table.key;
    table.moved = null;
    table.gone.length = 0;
    table.ever.splice(0, Infinity, ...table.columns.values());
    for (const column of table.columns.values()) {
      column.was = column.name;
      column.before = { type: column.type, notNull: column.notNull, filled: column.filled };
      column.moved = null;
      column.written = false;
      column.demanded = null;
    }
    for (const constraint of table.constraints.values()) constraint.was = true;
  }
  for (const type of schema.types.values()) {
    type.was = type.key;
    type.before = type.labels === null ? null : [...type.labels];
  }
}

/** A table that stands nowhere: what is known of it is its name. */
export function bareTable(key: string, options: { was: string | null; kind: Table['kind']; complete: boolean; supposed?: boolean }): Table {
  return { key, supposed: false, ...options, columns: new Map(), ever: [], constraints: new Map(), gone: [], moved: null };
}

export function newTable(schema: Schema, key: string, options: { was: string | null; kind: Table['kind']; complete: boolean; supposed?: boolean }): Table {
  const table = bareTable(key, options);
  schema.tables.set(key, table);
  schema.ever.push(table);
  return table;
}

/** The table; one that was never seen was there before. */
export function tableOf(schema: Schema, key: string, kind: Table['kind'] = 'table'): Table {
  const known = schema.tables.get(key);
  if (known !== undefined) return known;
  schema.complete = false;
  return newTable(schema, key, { was: key, kind, complete: false });
}

export function newColumn(table: Table, name: string, was: string | null, facts: ColumnFacts, supposed = false): Column {
  const column: Column = { name, was, supposed, ...facts, before: was === null ? { type: null, notNull: null, filled: null } : { ...facts }, moved: null, written: false, demanded: null };
  table.columns.set(name, column);
  table.ever.push(column);
  return column;
}

/** @returns null when it is not there: the statement then does nothing, or fails */
export function columnOf(table: Table, name: string, mayBeAbsent: boolean): Column | null {
  const known = table.columns.get(name);
  if (known !== undefined) return known;
  // Of a table of the set all columns are known, as far as it was created with a list of them.
  if (table.complete && mayBeAbsent) return null;
  return newColumn(table, name, table.was === null ? null : name, { type: null, notNull: null, filled: null }, mayBeAbsent);
}

export function typeNamed(schema: Schema, key: string): EnumType {
  const known = schema.types.get(key);
  if (known !== undefined) return known;
  return newType(schema, key, key, null);
}

export function newType(schema: Schema, key: string, was: string | null, labels: string[] | null): EnumType {
  const type: EnumType = { key, was, labels, before: null };
  schema.types.set(key, type);
  schema.everTypes.push(type);
  return type;
}
