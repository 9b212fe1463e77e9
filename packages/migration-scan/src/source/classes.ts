import type * as t from '@babel/types';

/** A class with a member `up`, its own or a parent's, as TypeORM would find it. */
export interface MigrationClass {
  readonly className: string;
  /** Null: TypeORM refuses to run it. */
  readonly timestamp: number | null;
  readonly node: t.Class;
  readonly line: number;
  /** False only with `transaction = false` on the instance; TypeORM does not read a static one. */
  readonly inTransaction: boolean;
  readonly staticTransaction: boolean;
}

/** All of the file's classes, by name, and those among them that are migrations. */
export function classesOf(program: t.Program): { all: ReadonlyMap<string, t.Class>; migrations: readonly MigrationClass[] } {
  const found: t.Class[] = [];
  for (const statement of program.body) collect(statement, found);
  const all = new Map(found.flatMap((one) => (one.id ? [[one.id.name, one] as const] : [])));
  const migrations = found.filter((one) => !isAbstract(one) && (memberOf(one, 'up', all) !== null || inherits(one, all)) && looksLikeMigration(one, all)).map((one) => described(one, all));
  return { all, migrations };
}

export type Member = t.ClassMethod | t.ClassProperty;

/** The member of the class or of a parent in the same file. */
export function memberOf(node: t.Class, name: string, all: ReadonlyMap<string, t.Class>, statics = false): Member | null {
  for (let one: t.Class | undefined = node, left = 10; one !== undefined && left > 0; left -= 1) {
    const member = one.body.body.find((entry): entry is Member => (entry.type === 'ClassMethod' || entry.type === 'ClassProperty') && nameOf(entry.key) === name && entry.static === statics);
    if (member !== undefined) return member;
    const { superClass }: t.Class = one;
    one = superClass?.type === 'Identifier' ? all.get(superClass.name) : undefined;
  }
  return null;
}

export function nameOf(key: t.Node): string | null {
  if (key.type === 'Identifier' || key.type === 'PrivateName') return key.type === 'Identifier' ? key.name : `#${key.id.name}`;
  return key.type === 'StringLiteral' ? key.value : null;
}

function collect(node: t.Node, found: t.Class[]): void {
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') found.push(node);
  else if ((node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration') && node.declaration) collect(node.declaration, found);
  else if (node.type === 'VariableDeclaration') for (const { init, id } of node.declarations) collectNamed(init ?? null, id.type === 'Identifier' ? id : null, found);
  // module.exports = class …; exports.A = class …
  else if (node.type === 'ExpressionStatement' && node.expression.type === 'AssignmentExpression') collectNamed(node.expression.right, null, found);
}

function collectNamed(node: t.Expression | null, name: t.Identifier | null, found: t.Class[]): void {
  if (node?.type !== 'ClassExpression') return;
  found.push(node.id || name === null ? node : { ...node, id: name });
}

function isAbstract(node: t.Class): boolean {
  return node.type === 'ClassDeclaration' && node.abstract === true;
}

/** Its `up` may be that of a class in another file. */
function inherits({ id, superClass }: t.Class, all: ReadonlyMap<string, t.Class>): boolean {
  return /\d{13}$/u.test(id?.name ?? '') && superClass !== undefined && superClass !== null && !(superClass.type === 'Identifier' && all.has(superClass.name));
}

/** A class of a helper may have an `up` as well: a migration says so, has a `down` beside it, or has the name that TypeORM asks for. */
function looksLikeMigration(node: t.Class, all: ReadonlyMap<string, t.Class>): boolean {
  const says = (node.implements ?? []).some((one) => one.type === 'TSExpressionWithTypeArguments' && one.expression.type === 'Identifier' && /Migration/u.test(one.expression.name));
  return says || memberOf(node, 'down', all) !== null || /\d{13}$/u.test(node.id?.name ?? '');
}

function described(node: t.Class, all: ReadonlyMap<string, t.Class>): MigrationClass {
  const className = stringOf(memberOf(node, 'name', all)) ?? node.id?.name ?? '';
  // As TypeORM's MigrationExecutor reads it.
  const timestamp = Number.parseInt(className.slice(-13), 10);
  const off = (statics: boolean): boolean => {
    const member = memberOf(node, 'transaction', all, statics);
    return member?.type === 'ClassProperty' && member.value?.type === 'BooleanLiteral' && !member.value.value;
  };
  return { className, timestamp: timestamp > 0 ? timestamp : null, node, line: node.loc?.start.line ?? 1, inTransaction: !off(false), staticTransaction: off(true) };
}

function stringOf(member: Member | null): string | null {
  if (member?.type !== 'ClassProperty') return null;
  const value = member.value?.type === 'TSAsExpression' ? member.value.expression : member.value;
  if (value?.type === 'TemplateLiteral') return value.quasis.length === 1 ? (value.quasis[0]?.value.cooked ?? null) : null;
  return value?.type === 'StringLiteral' ? value.value : null;
}
