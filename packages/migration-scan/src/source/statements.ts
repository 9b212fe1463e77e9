import type * as t from '@babel/types';
import { LIMITS } from '../limits.ts';
import type { Completion, Interpreter } from './interpreter.ts';
import { listOf, type Scope, truth, UNDEFINED, UNKNOWN, type Value, textAt } from './values.ts';

/** One statement, followed as far as it is known. */
export function executeStatement(run: Interpreter, node: t.Statement, scope: Scope): Completion {
  switch (node.type) {
    case 'ExpressionStatement': run.evaluate(node.expression, scope); return 'normal';
    case 'VariableDeclaration':
      for (const { id, init } of node.declarations) run.bind(id, init ? run.evaluate(init, scope) : UNDEFINED, scope);
      return 'normal';
    case 'FunctionDeclaration':
      if (node.id) scope.variables.set(node.id.name, { value: { kind: 'callable', node, scope, self: UNDEFINED }, depth: run.conditions() });
      return 'normal';
    case 'ClassDeclaration':
      if (node.id) scope.variables.set(node.id.name, { value: { kind: 'class', node, scope }, depth: run.conditions() });
      return 'normal';
    case 'BlockStatement': return executeAll(run, node.body, inner(scope));
    case 'ReturnStatement': run.returned(node.argument ? run.evaluate(node.argument, scope) : UNDEFINED); return 'return';
    case 'ThrowStatement': run.evaluate(node.argument, scope); return 'throw';
    case 'BreakStatement': return 'break';
    case 'ContinueStatement': return 'continue';
    case 'LabeledStatement': return run.execute(node.body, scope);
    case 'IfStatement': return ifStatement(run, node, scope);
    case 'SwitchStatement': return switchStatement(run, node, scope);
    case 'TryStatement': return tryStatement(run, node, scope);
    case 'ForOfStatement': case 'ForInStatement': return forEach(run, node, inner(scope));
    case 'ForStatement': {
      const own = inner(scope);
      if (node.init?.type === 'VariableDeclaration') run.execute(node.init, own);
      else if (node.init) run.evaluate(node.init, own);
      return loop(run, { test: node.test ?? null, update: node.update ?? null, body: node.body, first: true }, own);
    }
    case 'WhileStatement': return loop(run, { test: node.test, update: null, body: node.body, first: true }, scope);
    case 'DoWhileStatement': return loop(run, { test: node.test, update: null, body: node.body, first: false }, scope);
    default: return 'normal';
  }
}

/** Functions and classes are known in their whole block, whatever stands first. */
export function executeAll(run: Interpreter, statements: readonly t.Statement[], scope: Scope): Completion {
  for (const one of statements) if (one.type === 'FunctionDeclaration' || one.type === 'ClassDeclaration') run.execute(one, scope);
  for (const one of statements) {
    if (one.type === 'FunctionDeclaration' || one.type === 'ClassDeclaration') continue;
    const ended = run.execute(one, scope);
    if (ended !== 'normal') return ended;
  }
  return 'normal';
}

export function inner(scope: Scope): Scope {
  return { variables: new Map(), outer: scope, self: scope.self, module: scope.module };
}

function ifStatement(run: Interpreter, node: t.IfStatement, scope: Scope): Completion {
  const known = truth(run.evaluate(node.test, scope));
  if (known === true) return run.execute(node.consequent, scope);
  if (known === false) return node.alternate ? run.execute(node.alternate, scope) : 'normal';
  const branches = [node.consequent, ...(node.alternate ? [node.alternate] : [])];
  const ends = run.branches(branches.map((branch) => () => run.execute(branch, scope)), branches.length === 2);
  if (ends.length === 2 && ends[0] !== 'normal' && ends[0] === ends[1]) return ends[0] ?? 'normal';
  if (ends.some((end) => end !== 'normal')) run.maybeEnded();
  return 'normal';
}

function switchStatement(run: Interpreter, node: t.SwitchStatement, scope: Scope): Completion {
  const asked = run.evaluate(node.discriminant, scope);
  const tests = node.cases.map(({ test }) => (test ? equal(asked, run.evaluate(test, scope)) : false));
  const own = inner(scope);
  if (tests.includes(null)) {
    const ends = run.branches(node.cases.map(({ consequent }) => () => executeAll(run, consequent, own)), false);
    if (ends.some((end) => end === 'return' || end === 'throw')) run.maybeEnded();
    return 'normal';
  }
  const matching = tests.indexOf(true);
  const from = matching < 0 ? node.cases.findIndex(({ test }) => !test) : matching;
  if (from < 0) return 'normal';
  const ended = executeAll(run, node.cases.slice(from).flatMap(({ consequent }) => consequent), own);
  return ended === 'break' ? 'normal' : ended;
}

/** Whether two values are the same; null when that is not known. */
export function equal(one: Value, other: Value): boolean | null {
  const known = (value: Value): value is Value & { kind: 'text' | 'plain' } => (value.kind === 'plain') || (value.kind === 'text' && truth(value) !== null);
  if (known(one) && known(other)) return one.value === other.value;
  const definite = (value: Value): boolean => value.kind === 'thing' || value.kind === 'list' || value.kind === 'callable';
  if ((definite(one) && known(other)) || (definite(other) && known(one))) return false;
  return null;
}

function tryStatement(run: Interpreter, node: t.TryStatement, scope: Scope): Completion {
  let ended = run.execute(node.block, scope);
  if (node.handler) {
    const { param, body } = node.handler;
    const handle = (): Completion => {
      const own = inner(scope);
      if (param) run.bind(param, UNKNOWN, own);
      return run.execute(body, own);
    };
    if (ended === 'throw') ended = handle();
    else run.conditionally(handle);
  }
  const last = node.finalizer ? run.execute(node.finalizer, scope) : 'normal';
  return last === 'normal' ? ended : last;
}

function forEach(run: Interpreter, node: t.ForOfStatement | t.ForInStatement, scope: Scope): Completion {
  const over = run.evaluate(node.right, scope);
  const items = node.type === 'ForInStatement' ? keysOf(over, run, node, scope) : over.kind === 'list' ? over : listOf([], true);
  const turn = (item: Value): Completion => {
    const own = inner(scope);
    if (node.left.type === 'VariableDeclaration') for (const { id } of node.left.declarations) run.bind(id, item, own);
    else run.assign(node.left, item, own);
    return run.execute(node.body, own);
  };
  for (const [index, item] of items.items.entries()) {
    if (index >= LIMITS.turns) {
      run.unresolved(run.placeOf(node, scope), 'loop', `A loop has more than ${LIMITS.turns} turns; what the further ones send is not known`);
      break;
    }
    const ended = turn(item);
    if (ended === 'break') break;
    if (ended === 'return' || ended === 'throw') return ended;
  }
  if (items.open) run.conditionally(() => turn(UNKNOWN));
  return 'normal';
}

function keysOf(over: Value, run: Interpreter, node: t.Node, scope: Scope): Value & { kind: 'list' } {
  return over.kind === 'thing' ? listOf([...over.fields.keys()].map((key) => textAt(key, run.placeOf(node, scope), false))) : listOf([], true);
}

function loop(run: Interpreter, { test, update, body, first }: { test: t.Expression | null; update: t.Expression | null; body: t.Statement; first: boolean }, scope: Scope): Completion {
  for (let turn = 0; ; turn += 1) {
    if (turn >= LIMITS.turns) {
      run.unresolved(run.placeOf(body, scope), 'loop', `A loop has more than ${LIMITS.turns} turns; what the further ones send is not known`);
      return 'normal';
    }
    if (turn > 0 || first) {
      const known = test === null ? true : truth(run.evaluate(test, scope));
      if (known === false) return 'normal';
      if (known === null) {
        run.conditionally(() => run.execute(body, scope));
        return 'normal';
      }
    }
    const ended = run.execute(body, scope);
    if (ended === 'break') return 'normal';
    if (ended === 'return' || ended === 'throw') return ended;
    if (update !== null) run.evaluate(update, scope);
  }
}
