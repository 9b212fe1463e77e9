import { z } from 'zod';

/** The keys that the schema knows at a path of what was given. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[], given: unknown): string[] {
  const there = schemaAt(schema, path, given);
  if (there instanceof z.ZodRecord && there.keyType instanceof z.ZodEnum) return there.keyType.options.map(String);
  return there instanceof z.ZodObject ? Object.keys(there.shape) : [];
}

/** What the schema says of the key at a path, if it says something. */
export function description(schema: z.core.$ZodType, path: readonly PropertyKey[], given: unknown): string | null {
  const there = schemaAt(schema, path, given);
  return there instanceof z.ZodType ? (there.description ?? null) : null;
}

/** The known word with the fewest edits from the given one; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) })).sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : null;
}

function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[], given: unknown): z.core.$ZodType | null {
  const plain = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (plain instanceof z.ZodDiscriminatedUnion) {
    // Which keys are known hangs on what the union is told apart by; as long as that is wrong, none is.
    const chosen = plain.options.find((option) => option instanceof z.ZodObject && z.looseObject({ [plain.def.discriminator]: option.shape[plain.def.discriminator] }).safeParse(given).success);
    return chosen === undefined ? null : schemaAt(chosen, path, given);
  }
  const [key, ...rest] = path;
  if (key === undefined) return plain;
  const below: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, key) : undefined;
  if (plain instanceof z.ZodObject) {
    const next: unknown = plain.shape[String(key)];
    return next instanceof z.ZodType ? schemaAt(next, rest, below) : null;
  }
  if (plain instanceof z.ZodRecord) return schemaAt(plain.valueType, rest, below);
  return plain instanceof z.ZodArray ? schemaAt(plain.element, rest, below) : null;
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
