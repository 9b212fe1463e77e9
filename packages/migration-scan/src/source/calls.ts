import type * as t from '@babel/types';
import { callBuiltin, callOfList, callOfText } from './builtins.ts';
import type { Interpreter } from './interpreter.ts';
import { keyOf, memberOfValue, parentOf } from './members.ts';
import { callRunner } from './query-runner.ts';
import { either, listOf, type Scope, thing, UNKNOWN, type Value } from './values.ts';

export function evaluateCall(run: Interpreter, node: t.CallExpression | t.OptionalCallExpression, scope: Scope): Value {
  const { callee } = node;
  const place = run.placeOf(node, scope);
  if (callee.type === 'Import') return imported(run, node, scope);
  if (callee.type === 'Super') return UNKNOWN;
  if (callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression') {
    const on = callee.object.type === 'Super' ? asParent(scope.self) : run.evaluate(callee.object, scope);
    const key = keyOf(run, callee, scope);
    const args = argumentsOf(run, node, scope);
    const values = on.kind === 'either' ? on.values : [on];
    const results = values.map((one) => (values.length > 1 ? run.conditionally(() => callOn(run, { on: one, key, args, callee, node }, scope)) : callOn(run, { on: one, key, args, callee, node }, scope)));
    return either(results);
  }
  if (callee.type === 'Identifier' && callee.name === 'require') return imported(run, node, scope);
  const called = run.evaluate(callee, scope);
  const args = argumentsOf(run, node, scope);
  if (called.kind === 'callable') return run.call(called, args);
  // const { query } = queryRunner
  if (called.kind === 'runner') return callRunner(run, called, 'query', args, place);
  const name = callee.type === 'Identifier' ? callee.name : 'a function';
  return callBuiltin(run, '', name, args, { place, module: scope.module }) ?? opaque(run, name, args, node, scope);
}

export function evaluateNew(run: Interpreter, node: t.NewExpression, scope: Scope): Value {
  const args = argumentsOf(run, node, scope);
  const name = node.callee.type === 'Identifier' ? node.callee.name : node.callee.type === 'MemberExpression' && node.callee.property.type === 'Identifier' ? node.callee.property.name : '';
  const of = run.evaluate(node.callee, scope);
  if (of.kind === 'class') {
    const made = { ...thing([], name), class: of };
    run.callMember(made, of, 'constructor', args, false);
    return made;
  }
  const [first] = args;
  // TypeORM's Table, TableColumn, TableIndex, … hold what they were given.
  if (first?.kind === 'thing' && args.length === 1) return thing(first.fields, name);
  if (name === 'Set' || name === 'Map') return first?.kind === 'list' ? listOf(first.items, first.open) : listOf([], first !== undefined);
  if (name === 'Error') return UNKNOWN;
  return opaque(run, `new ${name}`, args, node, scope);
}

interface MemberCall { readonly on: Value; readonly key: string | null; readonly args: readonly Value[]; readonly callee: t.MemberExpression | t.OptionalMemberExpression; readonly node: t.CallExpression | t.OptionalCallExpression }

function callOn(run: Interpreter, { on, key, args, callee, node }: MemberCall, scope: Scope): Value {
  const place = run.placeOf(node, scope);
  if (on.kind === 'runner') return callRunner(run, on, key ?? '', args, place);
  const known = key === null ? UNKNOWN : memberOfValue(run, on, key, callee, scope);
  if (known.kind === 'callable') return run.call(known, args);
  if (known.kind === 'either') {
    for (const one of known.values) if (one.kind === 'callable') run.conditionally(() => run.call(one, args));
    return UNKNOWN;
  }
  // What a promise gives is known at once.
  if (key === 'then' || key === 'catch' || key === 'finally') return afterPromise(run, on, key, args);
  if (key === 'call' || key === 'apply' || key === 'bind') {
    if (on.kind === 'callable') return key === 'bind' ? on : run.call(on, key === 'call' ? args.slice(1) : args[1]?.kind === 'list' ? args[1].items : [UNKNOWN]);
  }
  if (key !== null) {
    const answered = on.kind === 'text' ? callOfText(run, on, key, args, place) : on.kind === 'list' ? callOfList(run, on, key, args, place) : null;
    if (answered !== null) return answered;
    const owner = nameOfOwner(callee.object);
    const built = on.kind === 'unknown' ? callBuiltin(run, owner, key, args, { place, module: scope.module }) : null;
    if (built !== null) return built;
  }
  return opaque(run, `${nameOfOwner(callee.object)}.${key ?? '[…]'}`, args, node, scope);
}

/** `super`: the same fields, the methods of the parent. */
function asParent(self: Value): Value {
  return self.kind === 'thing' && self.class !== null ? { ...self, class: parentOf(self.class) } : UNKNOWN;
}

function afterPromise(run: Interpreter, given: Value, key: string, args: readonly Value[]): Value {
  const [callback] = args;
  if (callback?.kind !== 'callable') return given;
  if (key === 'catch') return run.conditionally(() => run.call(callback, [UNKNOWN]));
  return run.call(callback, key === 'then' ? [given] : []);
}

/** Code that is not here: what it does with the query runner is not known, and callbacks may be called. */
function opaque(run: Interpreter, name: string, args: readonly Value[], node: t.Node, scope: Scope): Value {
  const place = run.placeOf(node, scope);
  for (const one of args) if (one.kind === 'callable') run.conditionally(() => run.call(one, [UNKNOWN, UNKNOWN, UNKNOWN]));
  const file = args.find((one) => one.kind === 'text' && /\.sql$/iu.test(one.value));
  if (file?.kind === 'text') return run.file({ from: scope.module, named: file.value }, place);
  const handed = args.some((one) => (one.kind === 'runner' && one.of !== 'result') || (one.kind === 'thing' && one.class === null && [...one.fields.values()].some((field) => field.kind === 'runner' && field.of !== 'result')));
  if (handed) run.unresolved(place, name, `The query runner goes to ${name}(), whose code is not in this repository or cannot be followed`);
  return UNKNOWN;
}

function argumentsOf(run: Interpreter, node: { arguments: t.CallExpression['arguments'] }, scope: Scope): Value[] {
  return node.arguments.flatMap((one) => {
    if (one.type !== 'SpreadElement') return [run.evaluate(one, scope)];
    const more = run.evaluate(one.argument, scope);
    return more.kind === 'list' ? more.items : [UNKNOWN];
  });
}

function imported(run: Interpreter, node: t.CallExpression | t.OptionalCallExpression, scope: Scope): Value {
  const [named] = argumentsOf(run, node, scope);
  return named?.kind === 'text' ? (run.module({ from: scope.module, named: named.value }) ?? UNKNOWN) : UNKNOWN;
}

function nameOfOwner(node: t.Node): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MemberExpression' && node.property.type === 'Identifier') return node.property.name;
  return node.type === 'ThisExpression' ? 'this' : '…';
}
