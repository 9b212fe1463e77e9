/** What a password may speak for: all repositories, one, or none since nobody knows it. */
export type Reach = { readonly kind: 'all' } | { readonly kind: 'one'; readonly repository: string } | { readonly kind: 'none' };

export function reaches(reach: Reach, repository: string): boolean {
  return reach.kind === 'all' || (reach.kind === 'one' && reach.repository === repository);
}

/** The password of a Basic header. */
export function passwordOf(header: string): string {
  // Buffer reads both base64 alphabets: flyctl's own writer uses the URL-safe one.
  const login = Buffer.from(header.slice('basic '.length).trim(), 'base64').toString('utf8');
  return bare(login.slice(login.indexOf(':') + 1));
}

/** A token as a password holds it. */
export function bare(token: string): string {
  return token.replace(/^FlyV1\s+/u, '');
}
