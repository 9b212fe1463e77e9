/** Whether a key speaks of Nx, as `Linux-X64-nx-ref-develop-…` does. */
export function isOfNx(key: string): boolean {
  return /(?:^|[^a-z])nx(?:[^a-z]|$)/iu.test(key);
}

/** Whether the key holds the parts of a pattern between its `*`, in their order. In time that grows with their lengths alone: no pattern can hang it. */
export function matches(key: string, pattern: string): boolean {
  let from = 0;
  for (const part of pattern.split('*')) {
    const at = key.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}

/** Of several beginnings those that no other one covers. */
export function shortest(beginnings: readonly string[]): string[] {
  const each = [...new Set(beginnings)];
  return each.filter((one) => !each.some((other) => other !== one && one.startsWith(other)));
}
