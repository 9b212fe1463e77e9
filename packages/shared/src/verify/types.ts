import type { Surface } from '../release/index.ts';

/** What one probe found at one look. */
export type Reading =
  | { readonly kind: 'ok' }
  /** HTTP 000: refused, reset, no answer in time, no such name. */
  | { readonly kind: 'no-answer'; readonly why: string }
  /** It answered, and not as it should. */
  | { readonly kind: 'failing'; readonly why: string }
  /** It answered as the commit before: what is new has not come everywhere yet. */
  | { readonly kind: 'stale'; readonly why: string }
  /** Something for a person to look at; no reason to call the deploy failed. */
  | { readonly kind: 'warning'; readonly why: string }
  /** Nothing was asked, because the configuration or an input does not say what. Never as good as `ok`. */
  | { readonly kind: 'not-configured'; readonly why: string };

/** Which commit a surface answers with. `unreadable`: it answers, but not with a commit. */
export type Identity =
  | { readonly kind: 'serves'; readonly sha: string }
  | { readonly kind: 'other-sha'; readonly sha: string; readonly why: string }
  | { readonly kind: 'no-answer' | 'unreadable'; readonly why: string };

export interface Probe {
  readonly name: string;
  read(): Promise<Reading>;
}

/** One surface, and how it is asked. */
export interface Subject {
  readonly surface: Surface;
  identity(): Promise<Identity>;
  /** Change nothing; asked for in each attempt, side by side, once the commit is right. */
  readonly reads: readonly Probe[];
  /** Write a little (a cart, a job); asked for one after the other once every read is right, and never while baking. */
  readonly writes: readonly Probe[];
}

/** One probe of the outcome, as data. */
export interface ProbeRow {
  readonly surface: Surface;
  readonly name: string;
  /** True only for `passed`. */
  readonly ok: boolean;
  readonly outcome: 'passed' | 'failed' | 'warning' | 'not-configured' | 'not-reached';
  /** How often it was asked. */
  readonly attempts: number;
  /** Of the last time. */
  readonly seconds: number;
  readonly why: string;
  /** What the surface served then; '' when that was not read. */
  readonly sha: string;
}
