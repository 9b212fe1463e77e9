import type * as t from '@babel/types';
import { LIMITS } from '../limits.ts';
import type { Place } from '../types.ts';

/** Where a part of a text stands in a file, so that a statement in it has its line. */
interface Span extends Place {
  /** Offset in the text. */
  readonly start: number;
  /** A line break of the text is one of the file: not in `'a\nb'`. */
  readonly follows: boolean;
}

/** What an expression of a migration may be, as far as it can be told without running it. */
export type Value = Text | Plain | List | Thing | Callable | Class | Runner | Either | Unknown;

export interface Text { readonly kind: 'text'; readonly value: string; readonly spans: readonly Span[] }
export interface Plain { readonly kind: 'plain'; readonly value: number | boolean | null | undefined }
/** `open`: there may be further items. */
export interface List { readonly kind: 'list'; readonly items: Value[]; readonly open: boolean }
/** An object; `className` of what `new` made. */
export interface Thing { readonly kind: 'thing'; readonly fields: Map<string, Value>; readonly className: string | null; readonly class: Class | null }
export interface Callable { readonly kind: 'callable'; readonly node: t.Function; readonly scope: Scope; readonly self: Value }
export interface Class { readonly kind: 'class'; readonly node: t.Class; readonly scope: Scope }
/** TypeORM's query runner; a part that can stand for it (manager, connection); what a call of one gave: a repository, rows. */
export interface Runner { readonly kind: 'runner'; readonly of: 'runner' | 'part' | 'result' }
/** One of these, by a condition that is not known. */
export interface Either { readonly kind: 'either'; readonly values: readonly Value[] }
export interface Unknown { readonly kind: 'unknown' }

export const UNKNOWN: Unknown = { kind: 'unknown' };
export const UNDEFINED: Plain = { kind: 'plain', value: undefined };

export interface Variable { value: Value; readonly depth: number }

/** `depth`: behind how many conditions it was opened. */
export interface Scope { readonly variables: Map<string, Variable>; readonly outer: Scope | null; readonly self: Value; readonly module: string }

export function lookUp(scope: Scope | null, name: string): Variable | null {
  for (let one = scope; one !== null; one = one.outer) {
    const found = one.variables.get(name);
    if (found !== undefined) return found;
  }
  return null;
}

export function plain(value: Plain['value']): Plain {
  return { kind: 'plain', value };
}

export function textAt(value: string, place: Place, follows: boolean): Text {
  return { kind: 'text', value, spans: [{ start: 0, ...place, follows }] };
}

/** A text made from another by something other than joining: it keeps the first line. */
export function madeFrom({ spans }: Text, value: string): Text {
  return { kind: 'text', value, spans: spans.slice(0, 1).map((span) => ({ ...span, follows: false })) };
}

export function joined(texts: readonly Text[]): Text {
  const spans: Span[] = [];
  let length = 0;
  for (const { value, spans: own } of texts) {
    for (const span of own) spans.push({ ...span, start: span.start + length });
    length += value.length;
  }
  return { kind: 'text', value: texts.map(({ value }) => value).join(''), spans };
}

export function placeIn({ value, spans }: Text, offset: number): Place {
  const span = spans.findLast(({ start }) => start <= offset) ?? spans[0];
  if (span === undefined) return { file: '', line: 0 };
  const breaks = span.follows ? value.slice(span.start, offset).split('\n').length - 1 : 0;
  return { file: span.file, line: span.line + breaks };
}

/** What the value may be; one value where nothing is open. */
export function alternativesOf(value: Value): readonly Value[] {
  return value.kind === 'either' ? value.values : [value];
}

export function either(values: readonly Value[]): Value {
  const flat = values.flatMap(alternativesOf);
  const different = flat.filter((one, index) => flat.findIndex((other) => same(one, other)) === index);
  if (different.length === 1) return different[0] ?? UNKNOWN;
  return different.length > LIMITS.alternatives ? UNKNOWN : { kind: 'either', values: different };
}

function same(one: Value, other: Value): boolean {
  if (one === other || (one.kind === 'unknown' && other.kind === 'unknown')) return true;
  return (one.kind === 'text' && other.kind === 'text') || (one.kind === 'plain' && other.kind === 'plain') ? one.value === other.value : false;
}

/** Whether it counts as true; null when that is not known. */
export function truth(value: Value): boolean | null {
  switch (value.kind) {
    case 'text': return HOLE.test(value.value) ? null : value.value !== '';
    case 'plain': return Boolean(value.value);
    case 'unknown': return null;
    case 'either': {
      const answers = new Set(value.values.map(truth));
      return answers.size === 1 ? ([...answers][0] ?? null) : null;
    }
    case 'runner': return value.of === 'result' ? null : true;
    default: return true;
  }
}

// A part of a text that is not known stands as a name, so that the rest can still be read as SQL.
export const HOLE = /hole_\d+_/u;

export function asText(value: Value, place: Place, hole: () => string): Text {
  if (value.kind === 'text') return value;
  if (value.kind === 'plain') return textAt(String(value.value), place, false);
  if (value.kind === 'list' && !value.open) return joined(value.items.flatMap((item, index) => [...(index > 0 ? [textAt(',', place, false)] : []), asText(item, place, hole)]));
  return textAt(hole(), place, false);
}

export function listOf(items: readonly Value[], open = false): List {
  return { kind: 'list', items: [...items], open };
}

export function thing(fields: Iterable<readonly [string, Value]> = [], className: string | null = null): Thing {
  return { kind: 'thing', fields: new Map(fields), className, class: null };
}
