import type { Sent } from '../source/interpreter.ts';
import { HOLE, placeIn, type Text } from '../source/values.ts';
import type { Place } from '../types.ts';
import type { Node, SqlParser } from './parser.ts';
import { doBlock } from './plpgsql.ts';

/** One statement of a migration. */
export interface Statement {
  readonly node: Node;
  readonly sql: string;
  readonly place: Place;
  readonly conditional: boolean;
  /** A part of it is not known, and stands there as a name. */
  readonly holes: boolean;
  readonly from: 'query' | 'change-column';
}

export type Read =
  | { readonly kind: 'statement'; readonly statement: Statement }
  | { readonly kind: 'unresolved'; readonly place: Place; readonly conditional: boolean; readonly subject: string; readonly sql: string; readonly why: string }
  /** PostgreSQL's grammar refuses it; `foreign`: in the way of another database. */
  | { readonly kind: 'refused'; readonly place: Place; readonly conditional: boolean; readonly sql: string; readonly why: string; readonly foreign: boolean };

/** The statements that a migration sends, split as PostgreSQL splits them; the body of a `DO` instead of itself. */
export function readSent(sent: readonly Sent[], parser: SqlParser): Read[] {
  return sent.flatMap((one): Read[] =>
    one.kind === 'unresolved'
      ? [{ kind: 'unresolved', place: one.call, conditional: one.conditional, subject: one.subject, sql: '', why: one.why }]
      : readText(one.text, one, parser));
}

interface Circumstances { readonly conditional: boolean; readonly from: Statement['from'] }

function readText(text: Text, circumstances: Circumstances, parser: SqlParser): Read[] {
  const at = (offset: number): Place => placeIn(text, offset);
  try {
    return parsed(text.value, at, circumstances, parser);
  } catch (error) {
    const { conditional } = circumstances;
    const why = error instanceof Error ? error.message : String(error);
    const start = codeStart(text.value, 0);
    if (HOLE.test(text.value)) return [{ kind: 'unresolved', place: at(start), conditional, subject: 'query', sql: text.value.slice(start), why: 'A part of the SQL is not known before it runs, and the rest cannot be read without it' }];
    return [{ kind: 'refused', place: at(start), conditional, sql: text.value.slice(start), why, foreign: FOREIGN.test(text.value) }];
  }
}

// MySQL's quotes and words, SQL Server's, SQLite's.
const FOREIGN = /`|\bAUTO_?INCREMENT\b|\bENGINE\s*=|\bCHANGE\s+(?:COLUMN\s+)?[\w`]+\s+[\w`]+|\[\w+\]\.|\bPRAGMA\b|\bMODIFY\s+(?:COLUMN\s+)?/iu;

function parsed(text: string, at: (offset: number) => Place, circumstances: Circumstances, parser: SqlParser): Read[] {
  if (codeStart(text, 0) >= text.length) return [];
  const toOffset = offsets(text);
  return parser.statements(text).flatMap(({ stmt, stmt_location: from = 0, stmt_len: length }): Read[] => {
    if (stmt === undefined) return [];
    const end = length === undefined || length === 0 ? text.length : toOffset(from + length);
    const start = codeStart(text, toOffset(from));
    const sql = text.slice(start, end).trim();
    const statement: Statement = { node: stmt, sql, place: at(start), holes: HOLE.test(sql), ...circumstances };
    return 'DoStmt' in stmt ? ofBlock(statement, (offset) => at(start + offset), parser) : [{ kind: 'statement', statement }];
  });
}

function ofBlock(statement: Statement, at: (offset: number) => Place, parser: SqlParser): Read[] {
  const { sql, conditional } = statement;
  const unresolved = (place: Place, why: string, part: string): Read => ({ kind: 'unresolved', place, conditional: true, subject: 'DO', sql: part, why });
  let parts: ReturnType<typeof doBlock>;
  try {
    parts = doBlock(sql, parser);
  } catch (error) {
    return [{ kind: 'refused', place: statement.place, conditional, sql, why: error instanceof Error ? error.message : String(error), foreign: false }];
  }
  return parts.flatMap((part): Read[] => {
    const place = at(part.offset);
    const circumstances: Circumstances = { conditional: conditional || part.conditional, from: 'query' };
    if (part.sql.replace(HOLE, '').trim() === '') return [unresolved(place, 'The SQL that EXECUTE sends is not known before it runs', sql)];
    try {
      return parsed(part.sql, () => place, circumstances, parser);
    } catch {
      return [unresolved(place, 'A part of the SQL that EXECUTE sends is not known before it runs', part.sql)];
    }
  });
}

/** libpg_query counts bytes. */
function offsets(text: string): (byte: number) => number {
  const bytes = Buffer.from(text);
  return bytes.length === text.length ? (byte) => byte : (byte) => bytes.subarray(0, byte).toString('utf8').length;
}

/** Past the white space and the comments in front. */
export function codeStart(text: string, from: number): number {
  const front = /(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|;)*/uy;
  front.lastIndex = from;
  return from + (front.exec(text)?.[0].length ?? 0);
}
