import type { Place } from '../types.ts';
import type { Interpreter } from './interpreter.ts';
import { columnSql, namesOf, pathOf, quoted, textOf, yes } from './table-sql.ts';
import { type Runner, textAt, type Thing, thing, truth, UNDEFINED, UNKNOWN, type Value } from './values.ts';

/** A call on TypeORM's query runner, or on a part of it: what it sends is sent as SQL. @see https://typeorm.io/docs/query-runner */
export function callRunner(run: Interpreter, on: Runner, method: string, args: readonly Value[], place: Place): Value {
  const [first] = args;
  if (method === 'query') {
    if (first !== undefined) run.send(first, place);
    return UNKNOWN;
  }
  if (method === 'createQueryRunner') return { kind: 'runner', of: 'runner' };
  if (method.startsWith('escape') && first?.kind === 'text') return textAt(quoted(first.value), place, false);
  if (READS.test(method)) return method === 'getTable' && first?.kind === 'text' ? thing([['name', first]], 'Table') : UNKNOWN;
  if (method === 'clear' && on.of !== 'runner') {
    run.unresolved(place, 'clear', 'The table that clear() empties has its name in the entity');
    return UNDEFINED;
  }
  const texts = API[method]?.(args, run.hole);
  if (texts !== undefined) {
    for (const sql of texts) run.send(textAt(sql, place, false), place, method.startsWith('changeColumn') ? 'change-column' : 'query');
    return UNDEFINED;
  }
  // manager.transaction(async (manager) => …); a stream of rows, a query builder's `where(qb => …)`
  for (const one of args) {
    if (one.kind !== 'callable') continue;
    const inner: Value = { kind: 'runner', of: method === 'transaction' ? 'part' : 'result' };
    if (method === 'transaction') run.call(one, [inner]);
    else run.conditionally(() => run.call(one, [inner]));
  }
  return { kind: 'runner', of: 'result' };
}

const READS = /^(?:has(?:Table|Column|Schema|Database|Index)|getTables?|getViews?|getDatabases|getSchemas|getCurrent\w+|getMetadata|getRow|stream|connect|release|getMemorySql|getReplicationMode)$/u;

type Sql = (args: readonly Value[], hole: () => string) => string[];

const alter = (table: Value | undefined, what: string, hole: () => string): string => `ALTER TABLE ${pathOf(table, hole)} ${what}`;
const listed = (value: Value | undefined): readonly Value[] => (value?.kind === 'list' ? (value.open ? [...value.items, UNKNOWN] : value.items) : [UNKNOWN]);
const isTrue = (value: Value | undefined): boolean => value !== undefined && truth(value) === true;
const nameOf = (value: Value | undefined, hole: () => string): string => (value?.kind === 'text' ? value.value : value?.kind === 'thing' ? (textOf(value, 'name') ?? hole()) : hole());
const drops = (what: string): Sql => ([table, named], hole) => [alter(table, `${what} ${quoted(nameOf(named, hole))}`, hole)];
const many = (one: Sql): Sql => ([table = UNKNOWN, items], hole) => listed(items).flatMap((item) => one([table, item], hole));
const columnList = (names: readonly string[], hole: () => string): string => (names.length === 0 ? hole() : names.map(quoted).join(', '));
const named = (of: Thing): string => { const name = textOf(of, 'name'); return name === null ? '' : `CONSTRAINT ${quoted(name)} `; };

const addColumn: Sql = ([table, column], hole) => {
  const { before, sql } = columnSql(column, nameOf(table, hole), hole);
  const constraint = column?.kind === 'thing' && yes(column, 'isPrimary') ? ' PRIMARY KEY' : '';
  return [...(before === null ? [] : [before]), alter(table, `ADD COLUMN ${sql}${constraint}`, hole)];
};
const dropColumn = drops('DROP COLUMN');
const dropConstraint = drops('DROP CONSTRAINT');
/** Without its foreign key no statement of the running release fails, whatever it is called: often its name is looked up first. */
const dropForeignKey: Sql = ([table = UNKNOWN, key = UNKNOWN], hole) => (key.kind === 'text' || (key.kind === 'thing' && textOf(key, 'name') !== null) ? dropConstraint([table, key], hole) : []);

/** What differs between the column that is there and the one that shall be is decided where the schema is known. */
const changeColumn: Sql = ([table, old, next], hole) => {
  const from = nameOf(old, hole);
  const column = columnSql(next, nameOf(table, hole), hole);
  return [
    ...(from === column.name ? [] : [alter(table, `RENAME COLUMN ${quoted(from)} TO ${quoted(column.name)}`, hole)]),
    ...(next?.kind === 'thing' && next.fields.has('type') ? [...(column.before === null ? [] : [column.before]), alter(table, `ALTER COLUMN ${quoted(column.name)} TYPE ${column.type.replace('bigserial', 'int8').replace('serial', 'int4')}`, hole)] : []),
    alter(table, `ALTER COLUMN ${quoted(column.name)} ${column.default === null ? 'DROP DEFAULT' : `SET DEFAULT ${column.default}`}`, hole),
    alter(table, `ALTER COLUMN ${quoted(column.name)} ${column.nullable ? 'DROP' : 'SET'} NOT NULL`, hole),
  ];
};

const createIndex: Sql = ([table, index], hole) => {
  const of = index?.kind === 'thing' ? index : thing();
  const where = textOf(of, 'where');
  const how = `${yes(of, 'isUnique') ? 'UNIQUE ' : ''}INDEX ${yes(of, 'isConcurrent') ? 'CONCURRENTLY ' : ''}`;
  return [`CREATE ${how}${quoted(textOf(of, 'name') ?? hole())} ON ${pathOf(table, hole)} (${columnList(namesOf(of, 'columnNames'), hole)})${where === null ? '' : ` WHERE ${where}`}`];
};
const dropIndex: Sql = ([, index], hole) => [`DROP INDEX ${quoted(nameOf(index, hole))}`];
const foreignKey = (key: Value | undefined, hole: () => string): string => {
  const of = key?.kind === 'thing' ? key : thing();
  const schema = textOf(of, 'referencedSchema');
  const parent = textOf(of, 'referencedTableName') ?? hole();
  const rule = textOf(of, 'onDelete') ?? '';
  const path = (schema === null ? parent : `${schema}.${parent}`).split('.').map(quoted).join('.');
  const onDelete = /^(?:CASCADE|SET NULL|SET DEFAULT|RESTRICT|NO ACTION)$/iu.test(rule) ? ` ON DELETE ${rule}` : '';
  return `${named(of)}FOREIGN KEY (${columnList(namesOf(of, 'columnNames'), hole)}) REFERENCES ${path} (${columnList(namesOf(of, 'referencedColumnNames'), hole)})${onDelete}`;
};
const createForeignKey: Sql = ([table, key], hole) => [alter(table, `ADD ${foreignKey(key, hole)}`, hole)];
const unique = (of: Thing, hole: () => string): string => `${named(of)}UNIQUE (${columnList(namesOf(of, 'columnNames'), hole)})`;
const createUnique: Sql = ([table, one], hole) => [alter(table, `ADD ${unique(one?.kind === 'thing' ? one : thing(), hole)}`, hole)];
const createCheck: Sql = ([table, one], hole) => [alter(table, `ADD ${one?.kind === 'thing' ? named(one) : ''}CHECK (${one?.kind === 'thing' ? (textOf(one, 'expression') ?? hole()) : hole()})`, hole)];
const createExclusion: Sql = ([table, one], hole) => [alter(table, `ADD ${one?.kind === 'thing' ? named(one) : ''}EXCLUDE ${one?.kind === 'thing' ? (textOf(one, 'expression') ?? hole()) : hole()}`, hole)];

const createTable: Sql = ([table, ifNotExists], hole) => {
  const of = table?.kind === 'thing' ? table : thing();
  const name = nameOf(table, hole);
  const columns = listed(of.fields.get('columns')).map((one) => ({ value: one, ...columnSql(one, name, hole) }));
  const primary = columns.filter(({ value }) => value.kind === 'thing' && yes(value, 'isPrimary')).map((one) => one.name);
  const parts = [
    ...columns.map(({ sql }) => sql),
    ...(primary.length > 0 ? [`PRIMARY KEY (${primary.map(quoted).join(', ')})`] : []),
    ...itemsOf(of, 'foreignKeys').map((key) => foreignKey(key, hole)),
    ...itemsOf(of, 'uniques').map((one) => unique(one.kind === 'thing' ? one : thing(), hole)),
  ];
  return [
    ...columns.flatMap(({ before }) => (before === null ? [] : [before])),
    `CREATE TABLE ${isTrue(ifNotExists) ? 'IF NOT EXISTS ' : ''}${pathOf(table, hole)} (${parts.join(', ')})`,
    ...itemsOf(of, 'indices').flatMap((index) => createIndex([table ?? UNKNOWN, index], hole)),
  ];
};

function itemsOf(of: Thing, field: string): readonly Value[] {
  const value = of.fields.get(field);
  return value?.kind === 'list' ? value.items : [];
}

/** @see typeorm's src/query-runner/QueryRunner.ts and driver/postgres/PostgresQueryRunner.ts for the names and what they send */
const API: Readonly<Record<string, Sql>> = {
  addColumn,
  addColumns: many(addColumn),
  dropColumn,
  dropColumns: many(dropColumn),
  renameColumn: ([table, old, next], hole) => [alter(table, `RENAME COLUMN ${quoted(nameOf(old, hole))} TO ${quoted(nameOf(next, hole))}`, hole)],
  changeColumn,
  changeColumns: ([table, changes], hole) => listed(changes).flatMap((one) => (one.kind === 'thing' && table ? changeColumn([table, one.fields.get('oldColumn') ?? UNKNOWN, one.fields.get('newColumn') ?? UNKNOWN], hole) : [])),
  createTable,
  dropTable: ([table, ifExists], hole) => [`DROP TABLE ${isTrue(ifExists) ? 'IF EXISTS ' : ''}${pathOf(table, hole)}`],
  renameTable: ([table, name], hole) => [alter(table, `RENAME TO ${quoted(nameOf(name, hole).split('.').at(-1) ?? '')}`, hole)],
  clearTable: ([table], hole) => [`TRUNCATE TABLE ${pathOf(table, hole)}`],
  createIndex,
  createIndices: many(createIndex),
  dropIndex,
  dropIndices: many(dropIndex),
  createForeignKey,
  createForeignKeys: many(createForeignKey),
  dropForeignKey,
  dropForeignKeys: many(dropForeignKey),
  createUniqueConstraint: createUnique,
  createUniqueConstraints: many(createUnique),
  dropUniqueConstraint: dropConstraint,
  dropUniqueConstraints: many(dropConstraint),
  createCheckConstraint: createCheck,
  createCheckConstraints: many(createCheck),
  dropCheckConstraint: dropConstraint,
  dropCheckConstraints: many(dropConstraint),
  createExclusionConstraint: createExclusion,
  createExclusionConstraints: many(createExclusion),
  dropExclusionConstraint: dropConstraint,
  dropExclusionConstraints: many(dropConstraint),
  createPrimaryKey: ([table, columns], hole) => [alter(table, `ADD PRIMARY KEY (${columnList(listed(columns).map((one) => nameOf(one, hole)), hole)})`, hole)],
  // The constraint's name is a hash; PK_ is what TypeORM begins it with.
  dropPrimaryKey: ([table], hole) => [alter(table, `DROP CONSTRAINT ${quoted(`PK_${hole()}`)}`, hole)],
  updatePrimaryKeys: ([table, columns], hole) => [alter(table, `DROP CONSTRAINT ${quoted(`PK_${hole()}`)}`, hole), alter(table, `ADD PRIMARY KEY (${columnList(listed(columns).map((one) => nameOf(one, hole)), hole)})`, hole)],
  createSchema: ([name, ifNotExists], hole) => [`CREATE SCHEMA ${isTrue(ifNotExists) ? 'IF NOT EXISTS ' : ''}${quoted(nameOf(name, hole))}`],
  dropSchema: ([name, ifExists, cascade], hole) => [`DROP SCHEMA ${isTrue(ifExists) ? 'IF EXISTS ' : ''}${quoted(nameOf(name, hole))}${isTrue(cascade) ? ' CASCADE' : ''}`],
  createDatabase: ([name], hole) => [`CREATE DATABASE ${quoted(nameOf(name, hole))}`],
  dropDatabase: ([name], hole) => [`DROP DATABASE ${quoted(nameOf(name, hole))}`],
  clearDatabase: () => ['DROP SCHEMA public CASCADE', 'CREATE SCHEMA public'],
  createView: ([view], hole) => [`CREATE ${view?.kind === 'thing' && yes(view, 'materialized') ? 'MATERIALIZED ' : ''}VIEW ${pathOf(view, hole)} AS ${view?.kind === 'thing' ? (textOf(view, 'expression') ?? 'SELECT 1') : 'SELECT 1'}`],
  dropView: ([view], hole) => [`DROP ${view?.kind === 'thing' && yes(view, 'materialized') ? 'MATERIALIZED ' : ''}VIEW ${pathOf(view, hole)}`],
  startTransaction: () => ['BEGIN'],
  commitTransaction: () => ['COMMIT'],
  rollbackTransaction: () => ['ROLLBACK'],
};
