/** Bounds of one scan. What runs into one is said by name, never left out. */
export const LIMITS = {
  /** Of one file, before it is parsed. Generated migrations of 3 MB exist (three hundred tables in three dialects). */
  fileBytes: 4 * 1024 * 1024,
  /** Statements and expressions of one `up()`. */
  steps: 20_000,
  /** Calls within calls. */
  calls: 16,
  /** Expressions and blocks within each other: far below what the stack holds. */
  nesting: 200,
  /** Turns of one loop. */
  turns: 500,
  /** Values that one expression may have, by conditions that are not known. */
  alternatives: 8,
  /** Rounds of reading what a migration reads, that what it reads reads, … */
  readRounds: 6,
  sqlExcerpt: 400,
} as const;
