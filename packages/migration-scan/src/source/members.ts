import type * as t from '@babel/types';
import { LIMITS } from '../limits.ts';
import { nameOf } from './classes.ts';
import type { Interpreter } from './interpreter.ts';
import { type Class, either, lookUp, madeFrom, plain, type Scope, textAt, truth, UNDEFINED, UNKNOWN, type Value } from './values.ts';

/** The name behind the dot or in the brackets; null when it is not known. */
export function keyOf(run: Interpreter, node: t.MemberExpression | t.OptionalMemberExpression, scope: Scope): string | null {
  if (!node.computed) return nameOf(node.property);
  const key = run.evaluate(node.property, scope);
  return (key.kind === 'text' || key.kind === 'plain') && truth(key) !== null ? String(key.value) : null;
}

// TypeORM's names of databases; an enum of them often lies in a package of the shop's monorepo, where it cannot be read.
const DIALECTS: Readonly<Record<string, string>> = {
  postgres: 'postgres', postgresql: 'postgres', cockroachdb: 'cockroachdb', mysql: 'mysql', mariadb: 'mariadb', sqlite: 'sqlite', bettersqlite3: 'better-sqlite3', sqljs: 'sqljs', mssql: 'mssql', oracle: 'oracle', mongodb: 'mongodb',
};

/** `DatabaseType.postgres` of an import that cannot be read: null for any other member. */
export function dialectOf(node: t.MemberExpression | t.OptionalMemberExpression, scope: Scope): string | null {
  const { object, property } = node;
  if (node.computed || object.type !== 'Identifier' || property.type !== 'Identifier' || !/type|dialect|database|driver|^db/iu.test(object.name)) return null;
  const known = lookUp(scope, object.name)?.value;
  return known === undefined || known.kind === 'unknown' ? (DIALECTS[property.name.toLowerCase()] ?? null) : null;
}

export function memberOfValue(run: Interpreter, value: Value, key: string | null, node: t.Node, scope: Scope): Value {
  if (value.kind === 'either') return either(value.values.map((one) => memberOfValue(run, one, key, node, scope)));
  if (value.kind === 'runner') {
    if (key === 'type') return textAt('postgres', run.placeOf(node, scope), false);
    if (value.of === 'result') return { kind: 'runner', of: 'result' };
    return key !== null && ['manager', 'connection', 'dataSource', 'driver', 'options', 'queryRunner', 'query'].includes(key) ? { kind: 'runner', of: 'part' } : UNKNOWN;
  }
  if (key === null) return anyOf(value);
  if (value.kind === 'thing') return value.fields.get(key) ?? (value.class ? memberOfClass(run, value.class, key, false, value) : UNKNOWN);
  if (value.kind === 'class') return memberOfClass(run, value, key, true, value);
  if (value.kind === 'list' && key === 'length') return value.open ? UNKNOWN : plain(value.items.length);
  if (value.kind === 'list') return /^\d+$/u.test(key) ? (value.items[Number(key)] ?? (value.open ? UNKNOWN : UNDEFINED)) : UNKNOWN;
  if (value.kind === 'text' && truth(value) !== null) return key === 'length' ? plain(value.value.length) : /^\d+$/u.test(key) ? madeFrom(value, value.value[Number(key)] ?? '') : UNKNOWN;
  return UNKNOWN;
}

/** What stands under a key that is not known. */
function anyOf(value: Value): Value {
  if (value.kind === 'list') return either([...value.items, ...(value.open ? [UNKNOWN] : [])].slice(0, LIMITS.alternatives + 1));
  return value.kind === 'thing' ? either([...value.fields.values()].slice(0, LIMITS.alternatives + 1)) : UNKNOWN;
}

/** A field or a method of a class. */
function memberOfClass(run: Interpreter, of: Class, key: string, statics: boolean, self: Value): Value {
  for (let one: Class | null = of, left = 10; one !== null && left > 0; left -= 1) {
    for (const member of one.node.body.body) {
      if (member.type === 'ClassProperty' || member.type === 'ClassPrivateProperty') {
        if (nameOf(member.key) === key && member.static === statics) return member.value ? run.evaluate(member.value, { variables: new Map(), outer: one.scope, self, module: one.scope.module }) : UNDEFINED;
      } else if ((member.type === 'ClassMethod' || member.type === 'ClassPrivateMethod') && nameOf(member.key) === key && member.static === statics) {
        const method: Value = { kind: 'callable', node: member, scope: one.scope, self };
        return member.kind === 'get' ? run.call(method, []) : method;
      }
    }
    one = parentOf(one);
  }
  return UNKNOWN;
}

export function parentOf({ node, scope }: Class): Class | null {
  if (node.superClass?.type !== 'Identifier') return null;
  const found = lookUp(scope, node.superClass.name)?.value;
  return found?.kind === 'class' ? found : null;
}
