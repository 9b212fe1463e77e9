import { posix } from 'node:path';
import type { Place } from '../types.ts';
import type { Interpreter } from './interpreter.ts';
import { asText, either, joined, type List, listOf, madeFrom, plain, type Text, textAt, thing, truth, UNDEFINED, UNKNOWN, type Value } from './values.ts';

/** Methods of a text. @returns null for one that is not known here */
export function callOfText(run: Interpreter, on: Text, method: string, args: readonly Value[], place: Place): Value | null {
  const text = (index: number): string | null => { const one = args[index]; return one?.kind === 'text' ? one.value : null; };
  const number = (index: number): number | undefined => { const one = args[index]; return one?.kind === 'plain' && typeof one.value === 'number' ? one.value : undefined; };
  switch (method) {
    case 'trim': case 'trimStart': case 'trimEnd': return trimmed(on, method);
    case 'toString': case 'valueOf': case 'normalize': return on;
    case 'toLowerCase': case 'toLocaleLowerCase': return madeFrom(on, on.value.toLowerCase());
    case 'toUpperCase': case 'toLocaleUpperCase': return madeFrom(on, on.value.toUpperCase());
    case 'concat': return joined([on, ...args.map((one) => asText(one, place, run.hole))]);
    case 'slice': case 'substring': return madeFrom(on, on.value[method](number(0) ?? 0, number(1)));
    case 'repeat': return madeFrom(on, on.value.repeat(Math.min(number(0) ?? 1, 1_000)));
    case 'padStart': case 'padEnd': return on;
    case 'split': {
      const by = text(0);
      return by === null ? listOf([], true) : listOf(on.value.split(by).map((part) => madeFrom(on, part)));
    }
    case 'includes': case 'startsWith': case 'endsWith': {
      const part = text(0);
      return part === null || truth(on) === null ? UNKNOWN : plain(on.value[method](part));
    }
    case 'replace': case 'replaceAll': return replaced(on, method, text(0), args[1]);
    default: return null;
  }
}

/** Line numbers are kept: what is cut off the front moves the start. */
function trimmed(on: Text, method: 'trim' | 'trimStart' | 'trimEnd'): Text {
  const value = on.value[method]();
  const cut = method === 'trimEnd' ? 0 : on.value.length - on.value.trimStart().length;
  if (cut === 0) return { ...on, value };
  const breaks = on.value.slice(0, cut).split('\n').length - 1;
  return { kind: 'text', value, spans: on.spans.map((span, index) => ({ ...span, start: Math.max(0, span.start - cut), line: index === 0 && span.follows ? span.line + breaks : span.line })) };
}

/** A pattern is not followed: what it would replace stands there as it was. */
function replaced(on: Text, method: 'replace' | 'replaceAll', from: string | null, to: Value | undefined): Value {
  if (from === null || to?.kind !== 'text') return on;
  return madeFrom(on, on.value[method](from, () => to.value));
}

/** Methods of a list. @returns null for one that is not known here */
export function callOfList(run: Interpreter, on: List, method: string, args: readonly Value[], place: Place): Value | null {
  const [first] = args;
  const each = (item: Value, index: number): Value => (first?.kind === 'callable' ? run.call(first, [item, plain(index), on]) : UNKNOWN);
  const rest = (): Value[] => (on.open && first?.kind === 'callable' ? [run.conditionally(() => run.call(first, [UNKNOWN, UNKNOWN, on]))] : []);
  switch (method) {
    case 'map': case 'flatMap': {
      const items = [...on.items.map(each), ...rest()];
      return listOf(method === 'map' ? items : items.flatMap((one) => (one.kind === 'list' ? one.items : [one])), on.open);
    }
    case 'forEach': on.items.forEach(each); rest(); return UNDEFINED;
    case 'filter': return listOf(on.items.filter((item, index) => truth(each(item, index)) !== false), on.open);
    case 'reduce': {
      if (first?.kind !== 'callable') return UNKNOWN;
      const [start, ...others] = args.length > 1 ? [args[1] ?? UNKNOWN, ...on.items] : on.items;
      return others.reduce((sum, item, index) => run.call(first, [sum, item, plain(index)]), start ?? UNKNOWN);
    }
    case 'join': {
      const by = first === undefined ? textAt(',', place, false) : asText(first, place, run.hole);
      const texts = on.items.map((item) => asText(item, place, run.hole));
      if (on.open) texts.push(textAt(run.hole(), place, false));
      return joined(texts.flatMap((one, index) => (index > 0 ? [by, one] : [one])));
    }
    case 'push': case 'unshift': on.items[method](...args); return UNKNOWN;
    case 'concat': return listOf([...on.items, ...args.flatMap((one) => (one.kind === 'list' ? one.items : [one]))], on.open || args.some((one) => one.kind === 'list' && one.open));
    case 'slice': case 'flat': case 'entries': case 'values': case 'keys': case 'reverse': case 'sort': return ofWhole(on, method);
    case 'find': case 'at': case 'pop': case 'shift': return on.items.length === 1 && !on.open ? (on.items[0] ?? UNKNOWN) : either([...on.items.slice(0, 9), UNKNOWN]);
    case 'includes': case 'some': case 'every': case 'indexOf': case 'findIndex': on.items.forEach(each); return UNKNOWN;
    default: return null;
  }
}

function ofWhole(on: List, method: string): Value {
  if (method === 'flat') return listOf(on.items.flatMap((one) => (one.kind === 'list' ? one.items : [one])), on.open);
  if (method === 'entries') return listOf(on.items.map((item, index) => listOf([plain(index), item])), on.open);
  if (method === 'reverse') return listOf([...on.items].reverse(), on.open);
  return listOf(on.items, on.open);
}

/** Functions of the language and of Node that only reckon, or read a file. @returns null for any other */
export function callBuiltin(run: Interpreter, owner: string, name: string, args: readonly Value[], { place, module }: { place: Place; module: string }): Value | null {
  const [first] = args;
  const texts = args.map((one) => (one.kind === 'text' ? one.value : null));
  switch (owner === '' || owner === 'fs' || owner === 'path' || owner === 'promises' ? name : `${owner}.${name}`) {
    case 'Promise.all': case 'Promise.allSettled': case 'Promise.resolve': case 'Array.from': case 'Object.freeze': return first?.kind === 'list' || name !== 'from' ? (first ?? UNDEFINED) : listOf([], true);
    case 'String': return first === undefined ? textAt('', place, false) : asText(first, place, run.hole);
    case 'Object.values': return first?.kind === 'thing' ? listOf([...first.fields.values()]) : listOf([], true);
    case 'Object.keys': return first?.kind === 'thing' ? listOf([...first.fields.keys()].map((key) => textAt(key, place, false))) : listOf([], true);
    case 'Object.entries': return first?.kind === 'thing' ? listOf([...first.fields].map(([key, value]) => listOf([textAt(key, place, false), value]))) : listOf([], true);
    case 'Object.assign': return thing(args.flatMap((one) => (one.kind === 'thing' ? [...one.fields] : [])));
    case 'join': case 'resolve': return texts.every((one) => one !== null) ? textAt(posix.join(...texts), place, false) : UNKNOWN;
    case 'dirname': return texts[0] === null || texts[0] === undefined ? UNKNOWN : textAt(posix.dirname(texts[0]), place, false);
    case 'readFileSync': case 'readFile': {
      const [named] = texts;
      return named === null || named === undefined ? UNKNOWN : run.file({ from: module, named }, place);
    }
    default: return null;
  }
}
