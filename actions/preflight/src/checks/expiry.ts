const DAY_MS = 86_400_000;
// Two weeks: time for a person to renew a token on a working day.
const WARN_DAYS = 14;

export interface Expiry {
  /** For a sentence. */
  readonly text: string;
  readonly soon: boolean;
  /** RFC 3339, for programs; null: no end is known. */
  readonly at: string | null;
}

/** When a token ends, and whether that is soon. @param endsAt milliseconds since 1970; null: nothing was said of it */
export function expiryOf(endsAt: number | null, now: number): Expiry {
  if (endsAt === null) return { text: '', soon: false, at: null };
  const at = new Date(endsAt).toISOString();
  const days = Math.max(0, Math.floor((endsAt - now) / DAY_MS));
  const soon = endsAt - now < WARN_DAYS * DAY_MS;
  return { text: soon ? `; it ends on ${at.slice(0, 10)}, in ${days} day${days === 1 ? '' : 's'}` : `; it ends on ${at.slice(0, 10)}`, soon, at };
}
