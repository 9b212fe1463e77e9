import type { Refusal } from '../outcome.ts';
import type { Entry, Node } from '../parser/tree.ts';

/** Ends the reading of a plan: the workflow asks for something that this runner does not do, or GitHub would not take. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(message: string, file: string, line: number) {
    super(message);
    this.name = 'Refused';
    this.refusal = { message, file, line };
  }
}

export interface Fields {
  get(key: string): Node | null;
  text(key: string): string | null;
  flag(key: string): boolean;
  entries(key: string): readonly Entry[];
  readonly line: number;
}

/** The entries of a mapping; a key that is not in `known` is refused with its line, never skipped. */
export function fields(node: Node | null, file: string, what: string, known: readonly string[]): Fields {
  if (node === null || (node.kind === 'scalar' && node.value === null)) return fieldsOf([], file, 1);
  if (node.kind !== 'map') throw new Refused(`${what} is not a mapping`, file, node.line);
  for (const entry of node.entries) {
    if (!known.includes(entry.key)) throw new Refused(`This runner does not run \`${entry.key}\` of ${what}. It runs: ${known.join(', ')}.`, file, entry.line);
  }
  return fieldsOf(node.entries, file, node.line);
}

function fieldsOf(entries: readonly Entry[], file: string, line: number): Fields {
  const get = (key: string): Node | null => entries.find((entry) => entry.key === key)?.value ?? null;
  return {
    line,
    get,
    text: (key) => {
      const node = get(key);
      if (node === null) return null;
      if (node.kind !== 'scalar') throw new Refused(`\`${key}\` must be plain text here`, file, node.line);
      return String(node.value ?? '');
    },
    flag: (key) => {
      const node = get(key);
      return node?.kind === 'scalar' && node.value === true;
    },
    entries: (key) => {
      const node = get(key);
      if (node === null || (node.kind === 'scalar' && node.value === null)) return [];
      if (node.kind !== 'map') throw new Refused(`\`${key}\` must be a mapping`, file, node.line);
      return node.entries;
    },
  };
}

/** `if:` takes an expression with or without `${{ }}`. */
export function conditionOf(node: Node | null): string | null {
  if (node === null) return null;
  if (node.kind === 'expression') return node.expression;
  return node.kind === 'scalar' ? String(node.value ?? '') : null;
}
