import type { Column, Constraint, Event, Table } from '../schema/model.ts';
import { typeChange, typeText } from '../schema/names.ts';
import type { Witness } from '../schema/witness.ts';
import { before, type Verdict } from './verdict.ts';

type Of<Kind extends Event['kind']> = Event & { readonly kind: Kind };

/** What one statement did, judged by what is there in the end. Nothing is said of what came with the set. */
export function judgeEvent(event: Event, witness: Witness): Verdict[] {
  const { by } = event;
  switch (event.kind) {
    case 'column-added': return isOld(event.table) && event.rewrite && isThere(event.table, event.column) ? [{ rule: 'column-rewrites', by, subject: nameOf(event.table, event.column) }] : [];
    case 'not-null-set': return notNullSet(event, witness);
    case 'not-null-dropped': return ofOld(event) && event.column.notNull === false && before(event.table, event.column, 'notNull', witness) !== false ? [{ rule: 'not-null-dropped', by, subject: nameOf(event.table, event.column) }] : [];
    case 'default-dropped': return defaultDropped(event, witness);
    case 'type-changed': return typeChanged(event, witness);
    case 'constraint-added': return constraintAdded(event);
    case 'constraint-dropped': return constraintDropped(event, witness);
    case 'label-added': return event.type.was === null ? [] : [{ rule: 'enum-label-added', by, subject: event.type.was, detail: `New: ${event.label}.` }];
    case 'label-renamed': return event.type.was === null ? [] : [{ rule: 'enum-label-renamed', by, subject: event.type.was, detail: `Gone: ${event.label}.` }];
    case 'rows-deleted': return isOld(event.table) ? [{ rule: 'rows-deleted', by, subject: event.table.key, ...('DeleteStmt' in by.node ? { lock: 'RowExclusiveLock' as const } : {}) }] : [];
    case 'rows-changed': return isOld(event.table) ? [{ rule: 'rows-changed', by, subject: event.table.key }] : [];
    case 'trigger': return isOld(event.table) ? [{ rule: 'trigger-changed', by, subject: event.table.key, ...('CreateTrigStmt' in by.node ? {} : { lock: 'AccessExclusiveLock' as const }) }] : [];
    case 'row-security': return isOld(event.table) ? [{ rule: 'row-security', by, subject: event.table.key }] : [];
    case 'revoked': return isOld(event.table) ? [{ rule: 'privilege-revoked', by, subject: event.table.key }] : [];
    case 'function-dropped': case 'schema-dropped': case 'schema-renamed': case 'database-dropped': return [{ rule: event.kind, by, subject: event.name }];
    // Decided with the migration: it depends on its transaction.
    case 'concurrently': return [];
    default: return [];
  }
}

const isOld = (table: Table): boolean => table.was !== null;
const isThere = (table: Table, column: Column): boolean => table.columns.get(column.name) === column;
const ofOld = ({ table, column }: { table: Table; column: Column }): boolean => isOld(table) && column.was !== null && isThere(table, column);

function nameOf(table: Table, column: Column): string {
  return `${table.was ?? table.key}.${column.was ?? column.name}`;
}

function notNullSet(event: Of<'not-null-set'>, witness: Witness): Verdict[] {
  const { table, column, by } = event;
  if (!ofOld(event) || column.notNull !== true || before(table, column, 'notNull', witness) === true) return [];
  return [{ rule: 'not-null-set', by, subject: nameOf(table, column) }];
}

function defaultDropped(event: Of<'default-dropped'>, witness: Witness): Verdict[] {
  const { table, column, by } = event;
  const had = before(table, column, 'filled', witness);
  if (!ofOld(event) || column.filled !== false || had === false) return [];
  // changeColumn sends it only where the default differs, which is not known.
  if (by.from === 'change-column' && had === null) return [];
  const notNull = column.notNull ?? before(table, column, 'notNull', witness);
  const subject = nameOf(table, column);
  if (notNull === true) return [{ rule: 'default-dropped', by, subject }];
  return [{ rule: 'default-dropped', kind: 'may-break', by, subject, detail: notNull === false ? 'The column may be NULL, so the running release writes NULL where it relied on the default.' : 'Whether the column may be NULL is not known.' }];
}

function typeChanged(event: Of<'type-changed'>, witness: Witness): Verdict[] {
  const { table, column, by, to, swapped, into } = event;
  if (!ofOld(event) || (into !== null && swapped !== null)) return [];
  const from = event.from ?? before(table, column, 'type', witness);
  const subject = nameOf(table, column);
  if (from === null) return [{ rule: 'type-changed', by, subject, detail: `To ${typeText(to)}; from what is not known.` }];
  if (by.from === 'change-column') return [{ rule: 'column-recreated', by, subject, detail: `From ${typeText(from)} to ${typeText(to)}, by changeColumn.` }];
  const change = event.plain ? typeChange(from, to) : from.name === to.name && typeChange(from, to) === 'none' ? 'none' : 'other';
  if (change === 'none' && event.plain) return [];
  if (change === 'wider') return [];
  if (change === 'time-zone') return [{ rule: 'time-zone-changed', by, subject }];
  return [{ rule: 'type-changed', by, subject, detail: `From ${typeText(from)} to ${typeText(to)}.` }];
}

function constraintAdded(event: Of<'constraint-added'>): Verdict[] {
  const { table, constraint, by } = event;
  if (table.constraints.get(constraint.name)?.kind !== constraint.kind) return [];
  const columns = (constraint.columns ?? event.mentions).map((name) => table.columns.get(name));
  // An expression without a column may be about any.
  const anyOld = columns.length === 0 || columns.some((one) => one === undefined || one.was !== null);
  const on = `${table.was ?? table.key}.${(constraint.columns ?? [constraint.name]).join(',')}`;
  if (!isOld(table)) return constraint.kind === 'foreign' && event.restricts && constraint.parent !== table.key ? [{ rule: 'child-blocks-delete', by, subject: constraint.parent ?? '' }] : [];
  switch (constraint.kind) {
    case 'index': return event.concurrent ? [] : [{ rule: 'index-not-concurrent', by, subject: on }];
    case 'unique': case 'primary': return uniqueAdded(event, on, columns, anyOld);
    case 'foreign': {
      // A new column that stays NULL for the running release refers to nothing.
      if (!anyOld && columns.every((one) => one?.filled !== true)) return [];
      const lock = event.valid ? {} : { detail: 'NOT VALID leaves the old rows alone, not what is written from now on.' };
      return [{ rule: 'foreign-key-added', ...(hadBefore(table, constraint) ? { kind: 'locks' as const } : {}), by, subject: on, ...lock }];
    }
    case 'check': {
      const asked = event.requires.map((name) => table.columns.get(name)).find((one) => one !== undefined && one.was === null && one.filled !== true);
      if (asked !== undefined) return [{ rule: 'required-by-check', by, subject: `${table.was ?? table.key}.${asked.name}` }];
      return anyOld ? [{ rule: 'check-added', by, subject: on }] : [];
    }
    case 'exclusion': return [{ rule: 'check-added', by, subject: on }];
    default: return [];
  }
}

function uniqueAdded({ table, constraint, by, concurrent, usingIndex }: Of<'constraint-added'>, subject: string, columns: readonly (Column | undefined)[], anyOld: boolean): Verdict[] {
  const isConstraint = 'AlterTableStmt' in by.node;
  const lock = isConstraint ? 'AccessExclusiveLock' : concurrent ? 'ShareUpdateExclusiveLock' : 'ShareLock';
  if (usingIndex) return [];
  // A key of new columns that stay NULL for the running release: NULLs do not meet.
  const filled = columns.every((one) => one?.filled === true);
  if ((!anyOld && !filled) || hadBefore(table, constraint)) return concurrent ? [] : [{ rule: 'index-not-concurrent', by, subject, lock }];
  return [{ rule: 'unique-added', by, subject, lock }];
}

/** The same rule stood over the same columns already; TypeORM drops and makes it again when something else of it changes. */
function hadBefore(table: Table, { kind, columns, parent }: Constraint): boolean {
  return table.gone.some((one) => one.was && one.kind === kind && one.columns !== null && columns !== null && one.columns.join() === columns.join() && one.parent === parent);
}

function constraintDropped({ table, constraint, by }: Of<'constraint-dropped'>, witness: Witness): Verdict[] {
  const known = constraint.columns === null ? (witness.constraint(constraint.name) ?? constraint) : constraint;
  if (!isOld(table) || !known.was || (known.kind !== 'unique' && known.kind !== 'primary')) return [];
  const again = [...table.constraints.values()].some(({ kind, columns }) => (kind === 'unique' || kind === 'primary') && columns !== null && columns.join() === known.columns?.join());
  // Of columns that the running release does not meet any more there is a finding already.
  const gone = known.columns?.some((name) => !table.columns.has(name) && table.ever.some((one) => one.name === name)) === true;
  return again || gone ? [] : [{ rule: 'unique-dropped', by, subject: `${table.was ?? table.key}.${(known.columns ?? [known.name]).join(',')}` }];
}
