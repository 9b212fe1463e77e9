import { HOLE } from '../source/values.ts';
import { constantText, type Known } from './constant.ts';
import type { SqlParser } from './parser.ts';

/** SQL that a `DO` block sends. */
export interface BlockPart {
  readonly sql: string;
  /** Of its line, in the text of the statement. */
  readonly offset: number;
  readonly conditional: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** Every statement in the block, in loops and branches too; what is put together from constants is put together. @throws {Error} for what PL/pgSQL refuses */
export function doBlock(sql: string, parser: SqlParser): BlockPart[] {
  const [declared] = list(object(parser.plpgsql(sql))['plpgsql_funcs']);
  const body = object(object(declared)['PLpgSQL_function']);
  const variables = new Map<string, Known>();
  const walk: Walk = { parser, variables, names: [], parts: [], offsetOf: lineOffsets(sql), holes: 0 };
  for (const datum of list(body['datums'])) {
    const variable = object(object(datum)['PLpgSQL_var']);
    const name = text(variable['refname']);
    walk.names.push(name);
    const initial = queryOf(variable['default_val']);
    if (name !== '' && initial !== null) variables.set(name, folded(walk, initial));
  }
  statement(walk, object(body['action']), false);
  return walk.parts;
}

interface Walk {
  readonly parser: SqlParser;
  readonly variables: Map<string, Known>;
  /** By their number. */
  readonly names: string[];
  readonly parts: BlockPart[];
  readonly offsetOf: (line: number) => number;
  holes: number;
}

function statement(walk: Walk, node: Json, conditional: boolean): void {
  const [entry] = Object.entries(node);
  if (entry === undefined) return;
  const [kind, value] = entry;
  const at = object(value);
  const offset = walk.offsetOf(Number(at['lineno'] ?? 1));
  const all = (statements: unknown, behind: boolean): void => list(statements).forEach((one) => statement(walk, object(one), behind));
  switch (kind) {
    case 'PLpgSQL_stmt_block':
      all(at['body'], conditional);
      for (const handler of list(object(object(at['exceptions'])['PLpgSQL_exception_block'])['exc_list'])) all(object(object(handler)['PLpgSQL_exception'])['action'], true);
      return;
    case 'PLpgSQL_stmt_if':
      all(at['then_body'], true);
      for (const one of list(at['elsif_list'])) all(object(object(one)['PLpgSQL_if_elsif'])['stmts'], true);
      all(at['else_body'], true);
      return;
    case 'PLpgSQL_stmt_case':
      for (const one of list(at['case_when_list'])) all(object(object(one)['PLpgSQL_case_when'])['stmts'], true);
      all(at['else_stmts'], true);
      return;
    case 'PLpgSQL_stmt_execsql': walk.parts.push({ sql: queryOf(at['sqlstmt']) ?? '', offset, conditional }); return;
    case 'PLpgSQL_stmt_perform': walk.parts.push({ sql: queryOf(at['expr']) ?? '', offset, conditional }); return;
    case 'PLpgSQL_stmt_dynexecute': walk.parts.push({ sql: folded(walk, queryOf(at['query']) ?? ''), offset, conditional }); return;
    case 'PLpgSQL_stmt_assign': {
      const assigned = /^\s*"?(\w+)"?\s*:?=\s*([\s\S]*)$/u.exec(queryOf(at['expr']) ?? '');
      if (assigned !== null) walk.variables.set(assigned[1] ?? '', folded(walk, assigned[2] ?? ''));
      return;
    }
    default:
      // Every kind of loop has a `body`.
      all(at['body'], true);
  }
}

function folded(walk: Walk, expression: string): string {
  return constantText(expression, walk.variables, walk.parser, () => {
    walk.holes += 1;
    return `hole_${walk.holes}_`;
  });
}

function queryOf(expression: unknown): string | null {
  const query = object(object(expression)['PLpgSQL_expr'])['query'];
  return typeof query === 'string' ? query : null;
}

/** PL/pgSQL counts lines from the first of the body. */
function lineOffsets(sql: string): (line: number) => number {
  const opening = /\$\w*\$|'/u.exec(sql);
  const start = opening === null ? 0 : opening.index + opening[0].length;
  const starts = [start];
  for (let next = sql.indexOf('\n', start); next >= 0; next = sql.indexOf('\n', next + 1)) starts.push(next + 1);
  return (line) => Math.min(starts[line - 1] ?? start, Math.max(0, sql.length - 1));
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' && !HOLE.test(value) ? value : '';
}
