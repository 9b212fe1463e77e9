import { data } from '@actions/expressions';
import type { Pair } from '@actions/expressions/data/expressiondata';
import { type Contexts, type Json, numberText } from './values.ts';

/** A number whose text is .NET's (E4). */
class DotnetNumber extends data.NumberData {
  override coerceString(): string {
    return numberText(this.value);
  }
}

// GitHub's dictionaries ignore case, except `env` on Linux (J9). The package's own keeps names in a plain object, where `constructor` is always taken.
class Names extends data.Dictionary {
  readonly #entries = new Map<string, Pair>();
  readonly #fold: (name: string) => string;
  constructor(caseSensitive: boolean) {
    super();
    this.#fold = caseSensitive ? (name) => name : (name) => name.toLowerCase();
  }
  override add(key: string, value: data.ExpressionData): void {
    if (!this.#entries.has(this.#fold(key))) this.#entries.set(this.#fold(key), { key, value });
  }
  override get(key: string): data.ExpressionData | undefined {
    return this.#entries.get(this.#fold(key))?.value;
  }
  override values(): data.ExpressionData[] {
    return this.pairs().map((pair) => pair.value);
  }
  override pairs(): Pair[] {
    return [...this.#entries.values()];
  }
}

/** The contexts of one evaluation; each is converted when it is first read, and is one object from then on (E1: identity). */
export class ContextData extends data.Dictionary {
  readonly #contexts: Contexts;
  readonly #known = new Map<string, data.ExpressionData>();
  constructor(contexts: Contexts) {
    super();
    this.#contexts = contexts;
  }
  override get(key: string): data.ExpressionData | undefined {
    const name = key.toLowerCase();
    let value = this.#known.get(name);
    if (value === undefined) {
      value = toData(this.#contexts[name] ?? null, name === 'env');
      this.#known.set(name, value);
    }
    return value;
  }
}

export function toData(value: Json, caseSensitive = false): data.ExpressionData {
  if (value === null) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new DotnetNumber(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...(value as readonly Json[]).map((item) => toData(item)));
  const names = new Names(caseSensitive);
  for (const [key, item] of Object.entries(value)) names.add(key, toData(item));
  return names;
}

export function fromData(value: data.ExpressionData): Json {
  switch (value.kind) {
    case data.Kind.Null:
      return null;
    case data.Kind.Boolean:
    case data.Kind.Number:
    case data.Kind.String:
      return value.value;
    case data.Kind.Array:
      return value.values().map((item) => fromData(item));
    case data.Kind.Dictionary:
      return Object.fromEntries(value.pairs().map((pair) => [pair.key, fromData(pair.value)]));
    default:
      return null;
  }
}

/** `toJSON`: two spaces, numbers as .NET writes them, the three line ends that Newtonsoft escapes. */
export function jsonText(value: data.ExpressionData, indent = ''): string {
  const inner = `${indent}  `;
  switch (value.kind) {
    case data.Kind.Array:
      return enclosed('[', value.values().map((item) => inner + jsonText(item, inner)), ']', indent);
    case data.Kind.Dictionary:
      return enclosed('{', value.pairs().map((pair) => `${inner}${quoted(pair.key)}: ${jsonText(pair.value, inner)}`), '}', indent);
    case data.Kind.String:
      return quoted(value.value);
    case data.Kind.Null:
      return 'null';
    case data.Kind.Number:
      return numberText(value.value);
    case data.Kind.Boolean:
      return value.coerceString();
  }
}

function enclosed(open: string, items: readonly string[], close: string, indent: string): string {
  return items.length === 0 ? open + close : `${open}\n${items.join(',\n')}\n${indent}${close}`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u0085', '\\u0085').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
