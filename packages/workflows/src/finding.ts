/** Something in a file that a rule does not let pass. */
export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  /** One sentence: what stands there, and what has to. */
  readonly message: string;
}

export function said({ rule, path, line, message }: Finding): string {
  return `${path}:${line}: ${message} [${rule}]`;
}
