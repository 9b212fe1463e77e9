/** Bounds of one scan. What runs into one is said by name, never left out. */
export const LIMITS = {
  /** Of one file, before it is parsed: a hand-written migration has some kB; the parser needs up to 80 times the bytes (a 4.3 MB INSERT: 357 MB). */
  fileBytes: 2 * 1024 * 1024,
  /** Statements and expressions of one `up()`. */
  steps: 20_000,
  /** Calls within calls. */
  calls: 16,
  /** Expressions and blocks within each other: far below what the stack holds. */
  nesting: 300,
  /** Turns of one loop. */
  turns: 500,
  /** Values that one expression may have, by conditions that are not known. */
  alternatives: 8,
  /** Rounds of reading what a migration reads, that what it reads reads, … */
  readRounds: 6,
  sqlExcerpt: 400,
} as const;
