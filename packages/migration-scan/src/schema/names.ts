import type { RangeVar, TypeName } from 'libpg-query';
import type { Node } from '../sql/parser.ts';

/** One name for one table: the default schema is left out, as most statements do. The grammar has folded what was not quoted. */
export function keyOf(schema: string | undefined, name: string): string {
  return schema === undefined || schema === '' || schema === 'public' ? name : `${schema}.${name}`;
}

export function tableKey(relation: RangeVar | undefined): string {
  return keyOf(relation?.schemaname, relation?.relname ?? '');
}

export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

export function qualified(names: readonly string[]): string {
  return keyOf(names.at(-2), names.at(-1) ?? '');
}

/** A name in a `DROP` or a `RENAME`: a list, a type, a string. */
export function objectKey(node: Node | undefined): string {
  if (node === undefined) return '';
  if ('List' in node) return qualified(strings(node.List.items));
  if ('TypeName' in node) return qualified(strings(node.TypeName.names));
  if ('String' in node) return node.String.sval ?? '';
  if ('ObjectWithArgs' in node) return qualified(strings(node.ObjectWithArgs.objname));
  return 'RangeVar' in node ? tableKey(node.RangeVar) : '';
}

export interface ColumnType {
  /** As PostgreSQL names it inside: `int4`, `varchar`, or the key of a type of the shop. */
  readonly name: string;
  /** Length, or precision and scale. */
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

const SERIALS: Readonly<Record<string, string>> = { serial: 'int4', serial4: 'int4', bigserial: 'int8', serial8: 'int8', smallserial: 'int2', serial2: 'int2' };
// What the grammar does not turn into a name of pg_catalog by itself.
const ALIASES: Readonly<Record<string, string>> = { integer: 'int4', bigint: 'int8', smallint: 'int2', boolean: 'bool', decimal: 'numeric', string: 'text' };

export function typeOf(type: TypeName | undefined): { type: ColumnType; serial: boolean } {
  const names = strings(type?.names);
  const name = names[0] === 'pg_catalog' ? (names[1] ?? '') : qualified(names);
  const modifiers = (type?.typmods ?? []).flatMap((node) => ('A_Const' in node && node.A_Const.ival !== undefined ? [node.A_Const.ival.ival ?? 0] : []));
  return { serial: name in SERIALS, type: { name: SERIALS[name] ?? ALIASES[name] ?? name, modifiers, array: (type?.arrayBounds ?? []).length > 0 } };
}

export type TypeChange = 'none' | 'wider' | 'time-zone' | 'other';

/** What PostgreSQL has to do for it: only `other` writes the table anew, and `time-zone` where the session is not in UTC. With a precision it does always. */
export function typeChange(from: ColumnType, to: ColumnType): TypeChange {
  if (from.array !== to.array) return 'other';
  if (from.name === to.name) return sameFamily(from, to);
  const pair = `${from.name}→${to.name}`;
  if (from.array) return 'other';
  if (pair === 'timestamp→timestamptz' || pair === 'timestamptz→timestamp') return to.modifiers.length === 0 ? 'time-zone' : 'other';
  return TO_TEXT.has(pair) && to.modifiers.length === 0 ? 'wider' : 'other';
}

/** Binary coercible: see pg_cast, castmethod b. */
const TO_TEXT = new Set(['varchar→text', 'text→varchar', 'cidr→inet']);

function sameFamily(from: ColumnType, to: ColumnType): TypeChange {
  if (from.modifiers.join() === to.modifiers.join()) return 'none';
  if (from.array) return 'other';
  switch (from.name) {
    case 'varchar': case 'varbit': case 'time': case 'timetz': case 'timestamp': case 'timestamptz': return fits(from.modifiers, to.modifiers) ? 'wider' : 'other';
    case 'numeric': {
      if (to.modifiers.length === 0) return 'wider';
      const [precision, scale = 0] = from.modifiers;
      const [next, nextScale = 0] = to.modifiers;
      // A greater precision with the same scale only: numeric_support in numeric.c.
      return precision !== undefined && next !== undefined && next >= precision && scale === nextScale ? 'wider' : 'other';
    }
    default: return 'other';
  }
}

function fits([from]: readonly number[], [to]: readonly number[]): boolean {
  return to === undefined || (from !== undefined && to >= from);
}

export function typeText({ name, modifiers, array }: ColumnType): string {
  return `${name}${modifiers.length > 0 ? `(${modifiers.join(',')})` : ''}${array ? '[]' : ''}`;
}
