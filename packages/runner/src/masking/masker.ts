import { encodingsOf } from './encodings.ts';

/** One job's masks. */
export interface Masker {
  /** The whole value, and each of its lines (C11, M3). */
  add(value: string): void;
  mask(text: string): string;
  touches(text: string): boolean;
}

export function createMasker(values: readonly string[] = []): Masker {
  const forms = new Set<string>();
  const add = (value: string): void => {
    for (const part of [value, ...value.split(/[\r\n]/u).map((line) => line.trim())]) {
      if (part !== '') for (const form of encodingsOf(part)) forms.add(form);
    }
  };
  for (const value of values) add(value.trim());
  return { add, mask: (text) => masked(text, forms), touches: (text) => [...forms].some((form) => text.includes(form)) };
}

/** Overlapping and touching hits become one `***` (M2). */
function masked(text: string, forms: ReadonlySet<string>): string {
  const hits: (readonly [start: number, end: number])[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) hits.push([at, at + form.length]);
  }
  hits.sort(([a], [b]) => a - b);
  let result = '', last = 0, until = -1;
  for (const [start, end] of hits) {
    if (start <= until) {
      until = Math.max(until, end);
      continue;
    }
    if (until >= 0) last = until;
    result += `${text.slice(last, start)}***`;
    until = end;
  }
  return result + text.slice(Math.max(until, 0));
}
