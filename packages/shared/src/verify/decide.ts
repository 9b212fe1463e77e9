import type { Identity, Reading } from './types.ts';

/** One look at a surface, as far as it decides anything. */
export interface Attempt {
  readonly kind: 'right' | 'no-answer' | 'unreadable' | 'other-sha' | 'failing';
  readonly why: string;
  /** Since the first look. */
  readonly atSeconds: number;
}

export interface Limits {
  /** Looks without a usable answer. */
  readonly attempts: number;
  readonly intervalSeconds: number;
  /** How long another commit may still answer, from the first time that one did. */
  readonly propagationSeconds: number;
}

export type Decision = { readonly kind: 'again' } | { readonly kind: 'passed' } | { readonly kind: 'failed'; readonly why: string };

/**
 * From all looks so far:
 * - right: passed. After another commit has answered, two in a row are needed: where both answer by turns, one of them proves nothing.
 * - no answer, or one that names no commit: again, while it is one of `attempts`. Something warms up.
 * - another commit: again, while the next look is within the propagation; it is none of `attempts`.
 * - the right commit and a probe that fails: failed at the second time in a row. Waiting mends no code; one hiccup is no verdict.
 */
export function decide(looks: readonly Attempt[], { attempts, intervalSeconds, propagationSeconds }: Limits): Decision {
  const [last, before] = [looks.at(-1), looks.at(-2)];
  if (last === undefined) return { kind: 'again' };
  const first = looks.find(({ kind }) => kind === 'other-sha');
  if (last.kind === 'right') return first === undefined || before?.kind === 'right' ? { kind: 'passed' } : { kind: 'again' };
  if (last.kind === 'other-sha') return last.atSeconds + intervalSeconds - (first ?? last).atSeconds > propagationSeconds ? { kind: 'failed', why: last.why } : { kind: 'again' };
  if (last.kind === 'failing' && before?.kind === 'failing') return { kind: 'failed', why: last.why };
  const spent = looks.filter(({ kind }) => kind !== 'right' && kind !== 'other-sha').length;
  return spent >= attempts ? { kind: 'failed', why: last.why } : { kind: 'again' };
}

/** While baking: two looks in a row that are not right, whatever was wrong with them. */
export function baked(looks: readonly Attempt[]): Decision {
  const [last, before] = [looks.at(-1), looks.at(-2)];
  if (last?.kind === 'right') return { kind: 'passed' };
  return last === undefined || before === undefined || before.kind === 'right' ? { kind: 'again' } : { kind: 'failed', why: `while baking: ${last.why}` };
}

/** What one look comes to: the commit first, then the worst of its readings. */
export function attemptOf(identity: Identity, readings: readonly Reading[], atSeconds: number): Attempt {
  if (identity.kind !== 'serves') return { kind: identity.kind, why: identity.why, atSeconds };
  for (const [kind, as] of [['failing', 'failing'], ['stale', 'other-sha'], ['no-answer', 'no-answer']] as const) {
    const found = readings.filter((reading) => reading.kind === kind);
    if (found.length > 0) return { kind: as, why: found.map((reading) => ('why' in reading ? reading.why : '')).join('; '), atSeconds };
  }
  return { kind: 'right', why: '', atSeconds };
}
