import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token';

/** GitHub's token tree as plain data: what the plan is made from. Mixed text with expressions arrives as one `format(…)` expression. */
export type Node =
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly line: number }
  | { readonly kind: 'expression'; readonly expression: string; readonly line: number }
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly line: number }
  | { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly line: number };

export interface Entry {
  readonly key: string;
  readonly line: number;
  readonly value: Node;
}

// Token types of @actions/workflow-parser (templates/tokens/types.d.ts).
const SEQUENCE = 1;
const MAPPING = 2;
const EXPRESSION = 3;

interface Shape {
  readonly templateTokenType: number;
  readonly range?: { start: { line: number } };
  readonly value?: string | number | boolean;
  readonly expression?: string;
  readonly count?: number;
  get?(index: number): unknown;
}

/** Converts a token and everything below it. */
export function treeOf(token: TemplateToken): Node {
  const shape = token as unknown as Shape;
  const line = shape.range?.start.line ?? 1;
  switch (shape.templateTokenType) {
    case SEQUENCE:
      return { kind: 'list', line, items: children(shape).map((item) => treeOf(item as TemplateToken)) };
    case MAPPING:
      return { kind: 'map', line, entries: children(shape).map((pair) => entryOf(pair as { key: TemplateToken; value: TemplateToken })) };
    case EXPRESSION:
      return { kind: 'expression', line, expression: shape.expression ?? '' };
    default:
      return { kind: 'scalar', line, value: shape.value ?? null };
  }
}

function entryOf(pair: { key: TemplateToken; value: TemplateToken }): Entry {
  const key = pair.key as unknown as Shape;
  return { key: String(key.value ?? key.expression ?? ''), line: key.range?.start.line ?? 1, value: treeOf(pair.value) };
}

function children(shape: Shape): unknown[] {
  return Array.from({ length: shape.count ?? 0 }, (_, index) => shape.get?.(index));
}
