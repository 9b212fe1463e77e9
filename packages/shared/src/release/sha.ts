/** A full commit: 40 lower-case hexadecimal digits. */
export type Sha = string & { readonly sha: unique symbol };

export function isSha(text: string): text is Sha {
  return /^[0-9a-f]{40}$/.test(text);
}

/** null for everything else: an abbreviation is not a commit. */
export function parseSha(text: string): Sha | null {
  return isSha(text) ? text : null;
}

/** For people; never to compare. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}
