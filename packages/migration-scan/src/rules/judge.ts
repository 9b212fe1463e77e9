import type { EnumType, Schema, Table } from '../schema/model.ts';
import type { Witness } from '../schema/witness.ts';
import type { Finding } from '../types.ts';
import { judgeEvent } from './judge-event.ts';
import type { RuleId } from './rules.ts';
import { before, finding, type Verdict } from './verdict.ts';

/** Decides on the net effect of the whole set: what the running release finds under each name that it knows. */
export function judge(schema: Schema, witness: Witness): Finding<RuleId>[] {
  const verdicts = [...schema.ever.flatMap((table) => fateOfTable(schema, table, witness)), ...schema.everTypes.flatMap((type) => fateOfType(schema, type, witness)), ...schema.events.flatMap((event) => judgeEvent(event, witness))];
  const seen = new Set<string>();
  return verdicts.map(finding).filter(({ rule, subject, file, line }) => {
    const key = [rule, subject, file, line].join('\0');
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

function fateOfTable(schema: Schema, table: Table, witness: Witness): Verdict[] {
  if (table.was === null) return [];
  const now = schema.tables.get(table.was);
  if (now === table) return fatesOfColumns(table, table, witness);
  const { moved } = table;
  if (moved === null) return [];
  const subject = table.was;
  const { by } = moved;
  if (now === undefined) {
    if (table.kind === 'view') return [{ rule: 'view-dropped', by, subject }];
    return [moved.how === 'dropped' ? { rule: 'table-dropped', by, subject } : { rule: 'table-renamed', by, subject }];
  }
  // DROP … IF EXISTS before a CREATE: nothing says that there was one.
  if (table.supposed) return [];
  const missing = table.ever.flatMap(({ was }) => (was !== null && !now.columns.has(was) ? [was] : []));
  const lacks = now.complete && missing.length > 0 ? { kind: 'breaks-old-code' as const, detail: `It does not have ${missing.join(', ')}: PostgreSQL answers 42703.` } : {};
  if (table.kind === 'view' && now.kind === 'view') return [{ rule: 'view-replaced', ...lacks, by, subject }];
  if (now.kind === 'view') return [{ rule: 'table-renamed', kind: 'may-break', by, subject, detail: 'A view with the old name stands in for the table: it must have every column, and bear the writes.' }];
  if (lacks.kind !== undefined) return [{ rule: 'table-replaced', ...lacks, by, subject }];
  if (moved.how === 'dropped') return [{ rule: 'table-replaced', kind: 'breaks-old-code', by, subject, detail: 'What stood in it is lost.' }, ...demands(table, now, witness)];
  return [{ rule: 'table-replaced', by, subject }, ...demands(table, now, witness)];
}

function fatesOfColumns(old: Table, now: Table, witness: Witness): Verdict[] {
  const taken = old.ever.flatMap((column): Verdict[] => {
    if (column.was === null) return [];
    const there = now.columns.get(column.was);
    if (there === column || column.moved === null) return [];
    // DROP … IF EXISTS before an ADD: nothing says that there was one.
    if (column.supposed && old.ever.some(({ was, name }) => was === null && name === column.was)) return [];
    const { by, how } = column.moved;
    const subject = `${old.was ?? old.key}.${column.was}`;
    if (there !== undefined) return [{ rule: 'column-recreated', ...(there.written || how === 'renamed' ? { kind: 'may-break' as const, detail: 'An UPDATE fills the new column.' } : {}), by, subject }];
    if (now.kind === 'view') return [{ rule: 'view-replaced', by, subject }];
    return [{ rule: how === 'dropped' ? 'column-dropped' : 'column-renamed', by, subject, ...(how === 'renamed' && column.name !== column.was ? { detail: `It is called ${column.name} now.` } : {}) }];
  });
  return [...taken, ...demands(old, now, witness)];
}

/** Columns that came with the set and that every INSERT must give a value. */
function demands(old: Table, now: Table, witness: Witness): Verdict[] {
  return [...now.columns.values()].flatMap((column): Verdict[] => {
    if (column.was !== null || column.notNull !== true || column.filled !== false || column.demanded === null) return [];
    const earlier = old.ever.find(({ was }) => was === column.name);
    // The running release gives it a value already, as it had to before.
    if (earlier !== undefined && before(old, earlier, 'notNull', witness) !== false && before(old, earlier, 'filled', witness) !== true) return [];
    return [{ rule: 'required-column-added', by: column.demanded, subject: `${old.was ?? old.key}.${column.name}` }];
  });
}

function fateOfType(schema: Schema, type: EnumType, witness: Witness): Verdict[] {
  if (type.was === null) return [];
  const now = schema.types.get(type.was);
  if (now === undefined || now === type) return [];
  const changes = schema.events.filter((event) => event.kind === 'type-changed' && event.into === now && event.column.was !== null && event.table.was !== null);
  const old = type.before ?? witness.labels(type.was);
  const gone = old?.filter((label) => now.labels?.includes(label) === false) ?? [];
  return changes.flatMap((event): Verdict[] => {
    if (event.kind !== 'type-changed') return [];
    const of = { by: event.by, subject: `${event.table.was ?? event.table.key}.${event.column.was ?? event.column.name}` };
    if (old === null) return [{ ...of, rule: 'enum-label-removed', kind: 'may-break', detail: 'The enum is made anew, and which labels it had is not known.' }];
    return gone.length > 0 ? [{ ...of, rule: 'enum-label-removed', detail: `Gone: ${gone.join(', ')}.` }] : [{ ...of, rule: 'enum-rebuilt' }];
  });
}
