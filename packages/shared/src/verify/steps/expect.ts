import type { Condition, Expectation } from '../../config/index.ts';
import type { Find } from './patterns.ts';
import { atPointer } from './pointer.ts';

interface Given {
  readonly status: number;
  readonly text: string;
  /** undefined: it is no JSON. */
  readonly document: unknown;
}

/** The first thing that is not as expected; null: everything is. */
export function unmet(expected: Expectation, { status, text, document }: Given, find: Find): string | null {
  if (status !== expected.status) return `HTTP ${status}, expected ${expected.status}`;
  const lacking = expected.contains?.find((one) => !text.includes(one));
  if (lacking !== undefined) return `the body lacks ${shown(lacking)}`;
  const present = expected.lacks?.find((one) => text.includes(one));
  if (present !== undefined) return `the body has ${shown(present)}`;
  const unmatched = expected.matches?.find((pattern) => find(pattern, text) === null);
  if (unmatched !== undefined) return `nothing in the body matches ${shown(unmatched)}`;
  for (const [pointer, condition] of Object.entries(expected.json ?? {})) {
    const value = atPointer(document, pointer);
    if (!holds(condition, value, find)) return `${pointer} is ${shown(value)}, expected ${shown(condition)}`;
  }
  return null;
}

function holds(condition: Condition, value: unknown, find: Find): boolean {
  if (typeof condition !== 'object' || condition === null) return value === condition;
  const { 'at-least': least, matches, exists } = condition;
  if (exists !== undefined && exists !== (value !== undefined && value !== null)) return false;
  if (least !== undefined && !(typeof value === 'number' && value >= least)) return false;
  return matches === undefined || (['string', 'number', 'boolean'].includes(typeof value) && find(matches, String(value)) !== null);
}

function shown(value: unknown): string {
  if (value === undefined) return 'not there';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
