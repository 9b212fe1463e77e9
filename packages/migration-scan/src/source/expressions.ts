import type * as t from '@babel/types';
import { LIMITS } from '../limits.ts';
import { evaluateCall, evaluateNew } from './calls.ts';
import { nameOf } from './classes.ts';
import type { Interpreter } from './interpreter.ts';
import { dialectOf, keyOf, memberOfValue } from './members.ts';
import { equal } from './statements.ts';
import { alternativesOf, asText, either, joined, listOf, lookUp, plain, type Scope, type Text, textAt, thing, truth, UNDEFINED, UNKNOWN, type Value } from './values.ts';

/** The value of an expression, as far as it can be told. */
export function evaluateExpression(run: Interpreter, node: t.Node, scope: Scope): Value {
  const place = run.placeOf(node, scope);
  switch (node.type) {
    case 'StringLiteral': return textAt(node.value, place, false);
    case 'NumericLiteral': case 'BooleanLiteral': return plain(node.value);
    case 'NullLiteral': return plain(null);
    case 'TemplateLiteral': return template(run, node, scope);
    case 'TaggedTemplateExpression': return template(run, node.quasi, scope);
    case 'Identifier': return identifier(node.name, run, node, scope);
    case 'ThisExpression': return scope.self;
    case 'AwaitExpression': return run.evaluate(node.argument, scope);
    case 'TSAsExpression': case 'TSNonNullExpression': case 'TSSatisfiesExpression': case 'TSTypeAssertion': case 'ParenthesizedExpression': case 'ExpressionStatement': case 'TSInstantiationExpression':
      return run.evaluate(node.expression, scope);
    case 'SequenceExpression': return node.expressions.map((one) => run.evaluate(one, scope)).at(-1) ?? UNDEFINED;
    case 'BinaryExpression': return binary(run, node, scope);
    case 'LogicalExpression': return logical(run, node, scope);
    case 'ConditionalExpression': {
      const known = truth(run.evaluate(node.test, scope));
      if (known !== null) return run.evaluate(known ? node.consequent : node.alternate, scope);
      return either(run.branches([node.consequent, node.alternate].map((one) => () => run.evaluate(one, scope)), true));
    }
    case 'UnaryExpression': return unary(run, node, scope);
    case 'ArrayExpression': return array(run, node.elements, scope);
    case 'ObjectExpression': return object(run, node, scope);
    case 'ArrowFunctionExpression': return { kind: 'callable', node, scope, self: scope.self };
    case 'FunctionExpression': return { kind: 'callable', node, scope, self: UNDEFINED };
    case 'ClassExpression': return { kind: 'class', node, scope };
    case 'MemberExpression': case 'OptionalMemberExpression': {
      const dialect = dialectOf(node, scope);
      return dialect !== null ? textAt(dialect, place, false) : memberOfValue(run, run.evaluate(node.object, scope), keyOf(run, node, scope), node, scope);
    }
    case 'CallExpression': case 'OptionalCallExpression': return evaluateCall(run, node, scope);
    case 'NewExpression': return evaluateNew(run, node, scope);
    case 'AssignmentExpression': {
      const right = run.evaluate(node.right, scope);
      const value = node.operator === '+=' ? plus(run, [run.evaluate(node.left, scope), right], node, scope) : node.operator === '=' ? right : UNKNOWN;
      run.assign(node.left, value, scope);
      return value;
    }
    case 'UpdateExpression': {
      const before = run.evaluate(node.argument, scope);
      const after = before.kind === 'plain' && typeof before.value === 'number' ? plain(before.value + (node.operator === '++' ? 1 : -1)) : UNKNOWN;
      run.assign(node.argument, after, scope);
      return node.prefix ? after : before;
    }
    default: return UNKNOWN;
  }
}

function identifier(name: string, run: Interpreter, node: t.Node, scope: Scope): Value {
  const found = lookUp(scope, name);
  if (found !== null) return found.value;
  if (name === 'undefined') return UNDEFINED;
  if (name === '__dirname' || name === '__filename') return textAt(name === '__dirname' ? scope.module.split('/').slice(0, -1).join('/') || '.' : scope.module, run.placeOf(node, scope), false);
  return UNKNOWN;
}

function template(run: Interpreter, node: t.TemplateLiteral, scope: Scope): Value {
  const parts: Value[] = [];
  for (const [index, quasi] of node.quasis.entries()) {
    // With `\n` in it, a line break of the text need not be one of the file.
    parts.push(textAt(quasi.value.cooked ?? quasi.value.raw, run.placeOf(quasi, scope), !quasi.value.raw.includes('\\n')));
    const expression = node.expressions[index];
    if (expression !== undefined) parts.push(run.evaluate(expression, scope));
  }
  return together(run, parts, node, scope);
}

/** Joined to a text; for each way, where a part may be several. */
function together(run: Interpreter, parts: readonly Value[], node: t.Node, scope: Scope): Value {
  const place = run.placeOf(node, scope);
  let ways: Text[][] = [[]];
  for (const part of parts) {
    const texts = alternativesOf(part).map((one) => asText(one, place, run.hole));
    ways = ways.length * texts.length > LIMITS.alternatives ? ways.map((way) => [...way, textAt(run.hole(), place, false)]) : ways.flatMap((way) => texts.map((one) => [...way, one]));
  }
  return either(ways.map(joined));
}

function binary(run: Interpreter, node: t.BinaryExpression, scope: Scope): Value {
  if (node.operator === '+') return plus(run, summands(node).map((one) => run.evaluate(one, scope)), node, scope);
  const [left, right] = [run.evaluate(node.left, scope), run.evaluate(node.right, scope)];
  const same = equal(left, right);
  if (node.operator === '===' || node.operator === '==') return same === null ? UNKNOWN : plain(same);
  if (node.operator === '!==' || node.operator === '!=') return same === null ? UNKNOWN : plain(!same);
  if (left.kind !== 'plain' || right.kind !== 'plain' || typeof left.value !== 'number' || typeof right.value !== 'number') return UNKNOWN;
  switch (node.operator) {
    case '<': return plain(left.value < right.value);
    case '>': return plain(left.value > right.value);
    case '<=': return plain(left.value <= right.value);
    case '>=': return plain(left.value >= right.value);
    case '-': return plain(left.value - right.value);
    case '*': return plain(left.value * right.value);
    default: return UNKNOWN;
  }
}

/** `a + b + c + …` leans to the left as deeply as it is long. */
function summands(node: t.BinaryExpression): t.Node[] {
  const found: t.Node[] = [];
  let left: t.Node = node;
  while (left.type === 'BinaryExpression' && left.operator === '+') {
    found.push(left.right);
    left = left.left;
  }
  return [left, ...found.reverse()];
}

function plus(run: Interpreter, values: readonly Value[], node: t.Node, scope: Scope): Value {
  const numbers = values.map((one) => (one.kind === 'plain' && typeof one.value === 'number' ? one.value : null));
  if (numbers.every((one) => one !== null)) return plain(numbers.reduce((sum, one) => sum + one, 0));
  if (!values.some((one) => alternativesOf(one).some(({ kind }) => kind === 'text'))) return UNKNOWN;
  return together(run, values, node, scope);
}

function logical(run: Interpreter, node: t.LogicalExpression, scope: Scope): Value {
  const left = run.evaluate(node.left, scope);
  const known = node.operator === '??' ? (left.kind === 'unknown' || left.kind === 'either' ? null : !(left.kind === 'plain' && (left.value === null || left.value === undefined))) : truth(left);
  const takesLeft = known === null ? null : node.operator === '&&' ? !known : known;
  if (takesLeft === true) return left;
  if (takesLeft === false) return run.evaluate(node.right, scope);
  return either([left, run.conditionally(() => run.evaluate(node.right, scope))]);
}

function unary(run: Interpreter, node: t.UnaryExpression, scope: Scope): Value {
  const value = run.evaluate(node.argument, scope);
  if (node.operator === '!') {
    const known = truth(value);
    return known === null ? UNKNOWN : plain(!known);
  }
  if (node.operator === '-' && value.kind === 'plain' && typeof value.value === 'number') return plain(-value.value);
  return node.operator === 'void' ? UNDEFINED : UNKNOWN;
}

function array(run: Interpreter, elements: t.ArrayExpression['elements'], scope: Scope): Value {
  const items: Value[] = [];
  let open = false;
  for (const element of elements) {
    if (element === null) items.push(UNDEFINED);
    else if (element.type !== 'SpreadElement') items.push(run.evaluate(element, scope));
    else {
      const more = run.evaluate(element.argument, scope);
      if (more.kind === 'list') items.push(...more.items);
      if (more.kind !== 'list' || more.open) open = true;
    }
  }
  return listOf(items, open);
}

function object(run: Interpreter, node: t.ObjectExpression, scope: Scope): Value {
  const made = thing();
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const more = run.evaluate(property.argument, scope);
      if (more.kind === 'thing') for (const [key, value] of more.fields) made.fields.set(key, value);
      continue;
    }
    const computed = property.computed ? run.evaluate(property.key, scope) : null;
    const key = computed === null ? (property.key.type === 'NumericLiteral' ? String(property.key.value) : nameOf(property.key)) : computed.kind === 'text' ? computed.value : null;
    if (key === null) continue;
    made.fields.set(key, property.type === 'ObjectMethod' ? { kind: 'callable', node: property, scope, self: made } : run.evaluate(property.value, scope));
  }
  return made;
}
