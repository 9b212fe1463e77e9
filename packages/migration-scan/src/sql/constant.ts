import type { Node, SqlParser } from './parser.ts';

/** A variable of a block whose text is known; it may have holes. */
export type Known = string;

/** The text that an expression of a `DO` block makes; what is not constant is a hole. */
export function constantText(expression: string, variables: ReadonlyMap<string, Known>, parser: SqlParser, hole: () => string): string {
  try {
    const [statement] = parser.statements(`SELECT ${expression}`);
    const node = statement?.stmt;
    const target = node !== undefined && 'SelectStmt' in node ? node.SelectStmt.targetList?.[0] : undefined;
    return target !== undefined && 'ResTarget' in target && target.ResTarget.val !== undefined ? fold(target.ResTarget.val, variables, hole) : hole();
  } catch {
    return hole();
  }
}

function fold(node: Node, variables: ReadonlyMap<string, Known>, hole: () => string): string {
  if ('A_Const' in node) {
    const { sval, ival } = node.A_Const;
    return sval?.sval ?? (ival === undefined ? hole() : String(ival.ival ?? 0));
  }
  if ('TypeCast' in node && node.TypeCast.arg !== undefined) return fold(node.TypeCast.arg, variables, hole);
  if ('ColumnRef' in node) {
    const names = node.ColumnRef.fields?.map((field) => ('String' in field ? (field.String.sval ?? '') : '')) ?? [];
    return (names.length === 1 ? variables.get(names[0] ?? '') : undefined) ?? hole();
  }
  if ('A_Expr' in node) {
    const { name, lexpr, rexpr } = node.A_Expr;
    const operator = name?.[0];
    if (operator !== undefined && 'String' in operator && operator.String.sval === '||' && lexpr !== undefined && rexpr !== undefined) return fold(lexpr, variables, hole) + fold(rexpr, variables, hole);
    return hole();
  }
  if (!('FuncCall' in node)) return hole();
  const last = node.FuncCall.funcname?.at(-1);
  const name = last !== undefined && 'String' in last ? last.String.sval : '';
  const [first, ...rest] = node.FuncCall.args ?? [];
  if (first === undefined) return hole();
  if (name === 'quote_ident') return quoteName(fold(first, variables, hole));
  if (name === 'quote_literal') return quoteText(fold(first, variables, hole));
  if (name === 'concat') return [first, ...rest].map((one) => fold(one, variables, hole)).join('');
  return name === 'format' ? formatted(fold(first, variables, hole), rest.map((one) => fold(one, variables, hole)), hole) : hole();
}

/** @see https://www.postgresql.org/docs/18/functions-string.html#FUNCTIONS-STRING-FORMAT */
function formatted(format: string, args: readonly string[], hole: () => string): string {
  let next = 0;
  return format.replaceAll(/%(?:(\d+)\$)?([ILs%])/gu, (_, position: string | undefined, how: string) => {
    if (how === '%') return '%';
    const value = (position === undefined ? args[next] : args[Number(position) - 1]) ?? hole();
    if (position === undefined) next += 1;
    return how === 'I' ? quoteName(value) : how === 'L' ? quoteText(value) : value;
  });
}

function quoteName(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
