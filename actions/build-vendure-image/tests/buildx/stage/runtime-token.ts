/** As GitHub's runner hands it out: an unsigned JWT, for an hour from `now` (null: for ever). */
export function runtimeToken({ now, permission = 3 }: { now: number | null; permission?: number }): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { ...(now === null ? {} : { nbf: Math.floor(now / 1000) - 60, exp: Math.floor(now / 1000) + 3600 }), ac: JSON.stringify([{ Scope: 'refs/heads/main', Permission: permission }]) };
  return `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}.${Buffer.from('signature').toString('base64url')}`;
}
