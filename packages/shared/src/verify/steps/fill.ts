const PLACE = /\{\{\s*([^{}\s]+)\s*\}\}/g;

/** What earlier steps captured; a number of a JSON answer stays one. */
export type Captured = ReadonlyMap<string, string | number | boolean>;

/** Within a path a captured value is one piece of it: it can make no other host, path or query. */
export function fillPath(path: string, captured: Captured): string {
  return path.replaceAll(PLACE, (_, name: string) => encodeURIComponent(String(captured.get(name) ?? '')));
}

export function fillText(text: string, captured: Captured): string {
  return text.replaceAll(PLACE, (_, name: string) => String(captured.get(name) ?? ''));
}

/** A text that is a place and nothing else takes the value with its type. */
export function fillValue(value: unknown, captured: Captured): unknown {
  if (typeof value === 'string') {
    const [, whole] = /^\{\{\s*([^{}\s]+)\s*\}\}$/.exec(value) ?? [];
    return whole === undefined ? fillText(value, captured) : (captured.get(whole) ?? '');
  }
  if (Array.isArray(value)) return value.map((one) => fillValue(one, captured));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, fillValue(below, captured)]));
}
