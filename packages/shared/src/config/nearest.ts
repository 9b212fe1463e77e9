import { z } from 'zod';

/** The keys that the schema knows at a path. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const there = schemaAt(schema, path);
  return there instanceof z.ZodObject ? Object.keys(there.shape) : [];
}

/** What the schema says of the key at a path, if it says something. */
export function description(schema: z.core.$ZodType, path: readonly PropertyKey[]): string | null {
  const there = schemaAt(schema, path);
  return there instanceof z.ZodType ? (there.description ?? null) : null;
}

/** The known word with the fewest edits from the given one; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate) })).sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : null;
}

function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | null {
  const plain = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  const [key, ...rest] = path;
  if (key === undefined) return plain;
  if (plain instanceof z.ZodObject) {
    const next: unknown = plain.shape[String(key)];
    return next instanceof z.ZodType ? schemaAt(next, rest) : null;
  }
  if (plain instanceof z.ZodRecord) return schemaAt(plain.valueType, rest);
  return plain instanceof z.ZodArray ? schemaAt(plain.element, rest) : null;
}

/** Levenshtein's, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
