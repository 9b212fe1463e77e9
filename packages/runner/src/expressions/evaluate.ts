import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import type { Expr, FunctionCall, Literal } from '@actions/expressions/ast';
import type { Node } from '../parser/tree.ts';
import { ContextData, fromData, jsonText, toData } from './data.ts';
import { asText, type Contexts, type Json, slotText, truthy } from './values.ts';

export { asText, type Contexts, type Json } from './values.ts';

/** The functions that depend on where an expression stands. At job level success() and failure() take job ids (J1). */
export interface StatusFunctions {
  readonly success: (ids: readonly string[]) => boolean;
  readonly failure: (ids: readonly string[]) => boolean;
  readonly cancelled: () => boolean;
  /** Only where a workspace exists (E5). */
  readonly hashFiles?: ((patterns: readonly string[]) => string) | undefined;
}

interface Definition {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  readonly call: (...args: data.ExpressionData[]) => data.ExpressionData;
}

const STATUS = ['success', 'failure', 'cancelled', 'always'];
const NO_STATUS: StatusFunctions = { success: () => true, failure: () => false, cancelled: () => false };

/** Evaluates one expression (without `${{ }}`) to plain data. Nothing is null, as GitHub's own fixtures say; a workflow cannot say nothing (its parser refuses it). */
export function evaluate(expression: string, contexts: Contexts, status: StatusFunctions = NO_STATUS): Json {
  if (expression.trim() === '') return null;
  const functions = functionsOf(status);
  return fromData(new Evaluation(parsed(expression, contexts, functions), new ContextData(contexts), functions).evaluate());
}

/** The text of a value. @throws a mapping or a sequence that stands alone is not text (E4) */
export function textOf(node: Node | null, contexts: Contexts, status?: StatusFunctions): string {
  return node === null ? '' : slotText(valueOf(node, contexts, status));
}

/** The data of a value: literals as they are, expressions evaluated, mappings and lists item by item. */
export function valueOf(node: Node, contexts: Contexts, status?: StatusFunctions): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'expression':
      return evaluate(node.expression, contexts, status);
    case 'list':
      return node.items.map((item) => valueOf(item, contexts, status));
    case 'map':
      return Object.fromEntries(node.entries.map((entry) => [entry.key, valueOf(entry.value, contexts, status)]));
  }
}

/** A mapping whose values are text, as `env` and `with` are. @throws an expression that gives anything else is refused */
export function textMap(node: Node | null, contexts: Contexts, status?: StatusFunctions): Record<string, string> {
  if (node === null) return {};
  const value = valueOf(node, contexts, status);
  if (Array.isArray(value)) throw new Error('A sequence was not expected');
  if (value === null || typeof value !== 'object') {
    if (node.kind === 'expression') throw new Error(`Unexpected value '${asText(value)}'`);
    return {};
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, slotText(item)]));
}

/** `if:`: without a status function it means `success() && (…)`; the result counts by truthiness (S1, S2). */
export function holds(condition: string | null, contexts: Contexts, status: StatusFunctions): boolean {
  const given = condition?.trim() ?? '';
  if (given === '') return status.success([]);
  const expression = asksForStatus(given) ? given : `success() && (${given})`;
  return truthy(evaluate(expression, contexts, status));
}

// The package evaluates all arguments of `case`, gives literals the number text of JavaScript, and undoes only the first `''` of a text.
class Evaluation extends Evaluator {
  override visitLiteral(literal: Literal): data.ExpressionData {
    const { literal: value, token } = literal;
    if (value.kind === data.Kind.Number) return toData(value.value);
    if (value.kind === data.Kind.String && token.lexeme.startsWith("'")) return toData(token.lexeme.slice(1, -1).replaceAll("''", "'"));
    return value;
  }
  override visitFunctionCall(call: FunctionCall): data.ExpressionData {
    if (call.functionName.lexeme.toLowerCase() !== 'case') return super.visitFunctionCall(call);
    for (let index = 0; index < call.args.length - 1; index += 2) {
      const predicate = this.eval(call.args[index] as Expr);
      if (predicate.kind !== data.Kind.Boolean) throw new Error('case predicate must evaluate to a boolean value');
      if (predicate.value) return this.eval(call.args[index + 1] as Expr);
    }
    return this.eval(call.args.at(-1) as Expr);
  }
}

function parsed(expression: string, contexts: Contexts, functions: ReadonlyMap<string, Definition>): Expr {
  return new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), [...functions.values()]).parse();
}

function functionsOf(status: StatusFunctions): Map<string, Definition> {
  const idsOf = (args: readonly data.ExpressionData[]): string[] => args.map((arg) => arg.coerceString());
  const definitions: Definition[] = [
    { name: 'success', minArgs: 0, maxArgs: 255, call: (...args) => new data.BooleanData(status.success(idsOf(args))) },
    { name: 'failure', minArgs: 0, maxArgs: 255, call: (...args) => new data.BooleanData(status.failure(idsOf(args))) },
    { name: 'cancelled', minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(status.cancelled()) },
    { name: 'always', minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(true) },
    { name: 'tojson', minArgs: 1, maxArgs: 1, call: (value = new data.Null()) => new data.StringData(jsonText(value)) },
    { name: 'fromjson', minArgs: 1, maxArgs: 1, call: (value = new data.Null()) => toData(readJson(value.coerceString())) },
  ];
  const { hashFiles } = status;
  if (hashFiles !== undefined) definitions.push({ name: 'hashfiles', minArgs: 1, maxArgs: 255, call: (...args) => new data.StringData(hashFiles(idsOf(args))) });
  return new Map(definitions.map((definition) => [definition.name, definition]));
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new Error(`Error parsing fromJson: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Looked for among the tokens, so that a name inside a string does not count. */
function asksForStatus(expression: string): boolean {
  const { tokens } = new Lexer(expression).lex();
  return tokens.some((token, index) => STATUS.includes(token.lexeme.toLowerCase()) && tokens[index + 1]?.lexeme === '(');
}
