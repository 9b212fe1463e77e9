import type * as t from '@babel/types';
import { LIMITS } from '../limits.ts';
import type { Place } from '../types.ts';
import type { MigrationClass } from './classes.ts';
import { evaluateExpression } from './expressions.ts';
import type { Completion, Interpreter, Sent, Wanted } from './interpreter.ts';
import { keyOf, memberOfValue } from './members.ts';
import { executeAll, executeStatement, inner } from './statements.ts';
import { alternativesOf, type Callable, either, HOLE, listOf, lookUp, type Scope, thing, UNDEFINED, UNKNOWN, type Value, type Variable } from './values.ts';

/** What lies beside the migration, as far as it has been read. */
export interface Surroundings {
  file(wanted: Wanted): { readonly kind: 'text'; readonly path: string; readonly text: string } | { readonly kind: 'unread'; readonly why: string };
  module(wanted: Wanted): { readonly path: string; readonly program: t.Program } | null;
}

/** A migration runs no code of the shop: its `up` (or `down`) is followed over values that are known or not. */
export function followMigration(migration: MigrationClass, member: 'up' | 'down', program: t.Program, path: string, around: Surroundings): readonly Sent[] {
  const evaluation = new Evaluation(around);
  const scope = evaluation.moduleScope(path, program);
  const self = { ...thing([], migration.className), class: { kind: 'class' as const, node: migration.node, scope } };
  evaluation.guarded(migration.node, scope, () => {
    const followed = evaluation.callMember(self, self.class, member, [{ kind: 'runner', of: 'runner' }], false);
    if (followed === null) evaluation.unresolved(evaluation.placeOf(migration.node, scope), member, `Its ${member}() is not in this repository, or is made in a way that cannot be followed`);
  });
  return evaluation.sent;
}

class Stopped extends Error {}

class Evaluation implements Interpreter {
  readonly sent: Sent[] = [];
  private readonly around: Surroundings;
  private readonly modules = new Map<string, Value>();
  private steps = 0;
  private depth = 0;
  private nesting = 0;
  /** Conditions that are not known, around what is followed. */
  private behind = 0;
  /** The same before it, of which one may have ended the function: what comes is the same as ever, but it may not come. */
  private doubts = 0;
  /** For each such condition: the variables that were set behind it, and what they were. */
  private readonly journals: Map<Variable, Value>[] = [];
  private holes = 0;
  private readonly frames: Value[][] = [];

  constructor(around: Surroundings) {
    this.around = around;
  }

  /** A bound that is met ends the whole, and is said. */
  guarded(node: t.Node, scope: Scope, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Stopped) && !(error instanceof RangeError)) throw error;
      this.unresolved(this.placeOf(node, scope), 'up', error instanceof Stopped ? error.message : 'It is nested too deeply to be followed');
    }
  }

  moduleScope(path: string, program: t.Program): Scope {
    const scope: Scope = { variables: new Map(), outer: null, self: UNDEFINED, module: path };
    for (const statement of program.body) if (statement.type === 'ImportDeclaration') this.import(statement, scope);
    const declarations = program.body.flatMap((one) => {
      const declared = one.type === 'ExportNamedDeclaration' || one.type === 'ExportDefaultDeclaration' ? one.declaration : one;
      if (declared?.type === 'TSEnumDeclaration') this.enumeration(declared, scope);
      return declared && (declared.type === 'VariableDeclaration' || declared.type === 'FunctionDeclaration' || declared.type === 'ClassDeclaration') ? [declared] : [];
    });
    this.guarded(program, scope, () => executeAll(this, declarations, scope));
    return scope;
  }

  evaluate(node: t.Node, scope: Scope): Value {
    return this.step(node, () => evaluateExpression(this, node, scope));
  }

  execute(node: t.Statement, scope: Scope): Completion {
    return this.step(node, () => executeStatement(this, node, scope));
  }

  call({ node, scope, self }: Callable, args: readonly Value[]): Value {
    if (this.depth >= LIMITS.calls) throw new Stopped(`Calls are nested more than ${LIMITS.calls} deep; what comes further in is not known`);
    const own = { ...inner(scope), self: node.type === 'ArrowFunctionExpression' ? scope.self : self };
    for (const [index, parameter] of node.params.entries()) {
      if (parameter.type === 'RestElement') this.bind(parameter.argument, listOf(args.slice(index)), own);
      else this.bind(parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter, args[index] ?? UNDEFINED, own);
    }
    if (node.body.type !== 'BlockStatement') return this.within(() => this.evaluate(node.body, own));
    const returned: Value[] = [];
    this.frames.push(returned);
    const outside = this.doubts;
    try {
      const ended = this.within(() => executeAll(this, (node.body as t.BlockStatement).body, own));
      return returned.length === 0 ? UNDEFINED : either([...returned, ...(ended === 'return' ? [] : [UNDEFINED])]);
    } finally {
      this.doubts = outside;
      this.frames.pop();
    }
  }

  callMember(instance: Value, of: Value & { kind: 'class' }, name: string, args: readonly Value[], statics: boolean): Value | null {
    const member = memberOfValue(this, statics ? of : instance, name, of.node, of.scope);
    return member.kind === 'callable' ? this.call(member, args) : null;
  }

  bind(target: t.Node, value: Value, scope: Scope): void {
    if (target.type === 'Identifier') scope.variables.set(target.name, { value, depth: this.behind });
    else this.destructure(target, value, scope, (part, one) => this.bind(part, one, scope));
  }

  assign(target: t.Node, value: Value, scope: Scope): void {
    if (target.type === 'Identifier') {
      const variable = lookUp(scope, target.name);
      if (variable === null) return;
      const journal = this.journals.at(-1);
      if (journal !== undefined && variable.depth < this.behind && !journal.has(variable)) journal.set(variable, variable.value);
      variable.value = value;
    } else if (target.type === 'MemberExpression') {
      const on = this.evaluate(target.object, scope);
      const key = keyOf(this, target, scope);
      if (on.kind === 'thing' && key !== null) on.fields.set(key, value);
    } else {
      this.destructure(target, value, scope, (part, one) => this.assign(part, one, scope));
    }
  }

  conditionally<T>(work: () => T): T {
    const [result] = this.branches([work], false);
    return result as T;
  }

  branches<T>(works: readonly (() => T)[], oneOfThem: boolean): T[] {
    const before = new Map<Variable, Value>();
    const after = new Map<Variable, Value[]>();
    const results = works.map((work) => this.branch(work, before, after));
    const outer = this.journals.at(-1);
    for (const [variable, old] of before) {
      const values = after.get(variable) ?? [];
      // What was holds still, where a branch left it, or none may have been taken.
      variable.value = either([...(oneOfThem && values.length === works.length ? [] : [old]), ...values]);
      if (outer !== undefined && variable.depth < this.behind && !outer.has(variable)) outer.set(variable, old);
    }
    return results;
  }

  maybeEnded(): void {
    this.doubts += 1;
  }

  returned(value: Value): void {
    this.frames.at(-1)?.push(value);
  }

  conditions(): number {
    return this.behind;
  }

  hole = (): string => {
    this.holes += 1;
    return `hole_${this.holes}_`;
  };

  placeOf(node: t.Node, scope: Scope): Place {
    return { file: scope.module, line: node.loc?.start.line ?? 1 };
  }

  send(value: Value, call: Place, from: 'query' | 'change-column' = 'query'): void {
    const ways = alternativesOf(value);
    for (const way of ways) {
      const conditional = this.isConditional() || ways.length > 1;
      if (way.kind === 'text' && way.value.replace(HOLE, '').trim() !== '') this.sent.push({ kind: 'sql', text: way, call, conditional, from });
      else if (way.kind === 'text' && way.value.trim() === '') continue;
      else this.sent.push({ kind: 'unresolved', call, conditional, subject: 'query', why: 'The SQL that it sends is not known before it runs' });
    }
  }

  unresolved(call: Place, subject: string, why: string): void {
    this.sent.push({ kind: 'unresolved', call, conditional: this.isConditional(), subject, why });
  }

  file(wanted: Wanted, place: Place): Value {
    const found = this.around.file(wanted);
    if (found.kind === 'text') return { kind: 'text', value: found.text, spans: [{ start: 0, file: found.path, line: 1, follows: true }] };
    this.unresolved(place, wanted.named, found.why);
    return UNKNOWN;
  }

  module(wanted: Wanted): Value | null {
    const found = this.around.module(wanted);
    if (found === null) return null;
    const known = this.modules.get(found.path);
    if (known !== undefined) return known;
    const exports = thing();
    this.modules.set(found.path, exports);
    const scope = this.moduleScope(found.path, found.program);
    for (const statement of found.program.body) this.export(statement, scope, exports.fields);
    return exports;
  }

  /** Leaves every variable as it found it. */
  private branch<T>(work: () => T, before: Map<Variable, Value>, after: Map<Variable, Value[]>): T {
    const changed = new Map<Variable, Value>();
    this.journals.push(changed);
    this.behind += 1;
    try {
      return work();
    } finally {
      this.behind -= 1;
      this.journals.pop();
      for (const [variable, old] of changed) {
        before.set(variable, old);
        after.set(variable, [...(after.get(variable) ?? []), variable.value]);
        variable.value = old;
      }
    }
  }

  private isConditional(): boolean {
    return this.behind + this.doubts > 0;
  }

  /** Most of what is imported is only a type or an entity: a module is read when something of it is used. */
  private import(node: t.ImportDeclaration, scope: Scope): void {
    if (node.importKind === 'type') return;
    const exported = (name: string | null): Value => {
      const exports = this.module({ from: scope.module, named: node.source.value });
      return name === null ? (exports ?? UNKNOWN) : exports?.kind === 'thing' ? (exports.fields.get(name) ?? UNKNOWN) : UNKNOWN;
    };
    for (const specifier of node.specifiers) {
      const name = specifier.type === 'ImportNamespaceSpecifier' ? null : specifier.type === 'ImportDefaultSpecifier' ? 'default' : specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value;
      scope.variables.set(specifier.local.name, { depth: 0, get value() { return exported(name); }, set value(_) { /* an import is constant */ } });
    }
  }

  private export(node: t.Statement, scope: Scope, fields: Map<string, Value>): void {
    const known = (name: string): Value => lookUp(scope, name)?.value ?? UNKNOWN;
    if (node.type === 'ExportDefaultDeclaration') {
      const { declaration } = node;
      const named = 'id' in declaration && declaration.id?.type === 'Identifier' ? declaration.id.name : null;
      this.guarded(node, scope, () => fields.set('default', named === null ? this.evaluate(declaration, scope) : known(named)));
    }
    if (node.type === 'ExportAllDeclaration') {
      const more = this.module({ from: scope.module, named: node.source.value });
      if (more?.kind === 'thing') for (const [name, value] of more.fields) fields.set(name, value);
    }
    if (node.type !== 'ExportNamedDeclaration') return;
    const from = node.source ? this.module({ from: scope.module, named: node.source.value }) : null;
    for (const specifier of node.specifiers) {
      if (specifier.type !== 'ExportSpecifier') continue;
      const name = specifier.exported.type === 'Identifier' ? specifier.exported.name : specifier.exported.value;
      fields.set(name, from?.kind === 'thing' ? (from.fields.get(specifier.local.name) ?? UNKNOWN) : known(specifier.local.name));
    }
    const { declaration } = node;
    if (declaration && 'id' in declaration && declaration.id?.type === 'Identifier') fields.set(declaration.id.name, known(declaration.id.name));
    if (declaration?.type === 'VariableDeclaration') for (const { id } of declaration.declarations) if (id.type === 'Identifier') fields.set(id.name, known(id.name));
  }

  private enumeration(node: t.TSEnumDeclaration, scope: Scope): void {
    const members = node.body?.members ?? node.members;
    scope.variables.set(node.id.name, { depth: 0, value: thing(members.map((one) => [one.id.type === 'Identifier' ? one.id.name : one.id.value, one.initializer ? this.evaluate(one.initializer, scope) : UNKNOWN])) });
  }

  private destructure(target: t.Node, value: Value, scope: Scope, each: (part: t.Node, value: Value) => void): void {
    if (target.type === 'AssignmentPattern') {
      const missing = value.kind === 'plain' && value.value === undefined;
      each(target.left, missing ? this.evaluate(target.right, scope) : value);
    } else if (target.type === 'ArrayPattern') {
      for (const [index, part] of target.elements.entries()) {
        if (part?.type === 'RestElement') each(part.argument, value.kind === 'list' ? listOf(value.items.slice(index), value.open) : listOf([], true));
        else if (part) each(part, memberOfValue(this, value, String(index), target, scope));
      }
    } else if (target.type === 'ObjectPattern') {
      for (const part of target.properties) {
        if (part.type === 'RestElement') each(part.argument, UNKNOWN);
        else each(part.value, memberOfValue(this, value, part.key.type === 'Identifier' ? part.key.name : null, target, scope));
      }
    }
  }

  private step<T>(node: t.Node, work: () => T): T {
    this.steps += 1;
    if (this.steps > LIMITS.steps) throw new Stopped(`It takes more than ${LIMITS.steps} steps to follow (line ${node.loc?.start.line ?? 0}); what comes later is not known`);
    if (this.nesting > LIMITS.nesting) throw new Stopped(`It is nested more than ${LIMITS.nesting} deep (line ${node.loc?.start.line ?? 0}); what comes further in is not known`);
    this.nesting += 1;
    try {
      return work();
    } finally {
      this.nesting -= 1;
    }
  }

  private within<T>(work: () => T): T {
    this.depth += 1;
    try {
      return work();
    } finally {
      this.depth -= 1;
    }
  }
}
