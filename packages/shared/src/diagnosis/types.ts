import type { ReasonCode } from '../action/index.ts';
import type { Surface } from '../release/index.ts';

/** What one thing that failed has said of itself. */
export interface Evidence {
  /** Job of the lane; '' where a text came alone. */
  readonly phase: string;
  /** The action's own code; '' where no action of ours spoke: then only the text does. */
  readonly reasonCode: string;
  /** A check of preflight or a probe of verify, by its id; '' where it is no such thing. */
  readonly check: string;
  /** The action's sentence first, then the end of its log, as far as it was read; each at most `LONGEST_LINE` characters. */
  readonly lines: readonly string[];
}

/** What the commands speak of. */
export interface Situation {
  readonly environment: string;
  readonly repository: string;
  /** Workflow file of the lane that failed. */
  readonly workflow: string;
  /** The commit that was to be deployed; '' when it was never resolved. */
  readonly sha: string;
  /** What was asked for, as it was typed; '' where the branch was that the run was started from. */
  readonly asked: string;
  /** What the run was started from. */
  readonly ref: string;
  readonly runId: number;
  /** Surfaces that were to be deployed. */
  readonly wanted: readonly Surface[];
  /** Those of them that do not serve the commit. */
  readonly missing: readonly Surface[];
  /** What the run was started with beside its ref and its surfaces, as `name=value`. */
  readonly options: readonly string[];
  /** Surfaces that the workflow can be told to leave out; absent: every one. */
  readonly switches?: readonly Surface[];
  /** Fly's app of the environment; '' where it has none. */
  readonly app: string;
  /** The environment whose image is copied; '' where there is none. */
  readonly promoteFrom: string;
  readonly machines: readonly { readonly id: string; readonly group: string }[];
}

/** A line that matches; or what tells it from several lines at once, with what it found (the whole first). */
export type Words = RegExp | { readonly shown: string; find(lines: readonly string[]): readonly string[] | null };

/** In two sentences: what happened, and what follows from it. */
export interface Cause {
  readonly en: string;
  readonly ja: string;
}

/** One failure that is known, and what is done about it. */
export interface KnownFailure {
  /** Stable: docs and reports name it. */
  readonly id: string;
  /** What says so as data (`runner-lost`: no action did, since nobody heard of its step again); `any`: whatever the code is, the text alone tells. */
  readonly codes: readonly (ReasonCode | 'runner-lost')[] | 'any';
  /** Only of these jobs of a lane. */
  readonly phases?: readonly string[];
  /** Only of these checks or probes. */
  readonly checks?: readonly string[];
  /** A line has to match as well. Without it the entry speaks for what no other one of these codes recognises. */
  readonly says?: Words;
  /** Words by which a text without a code is known, where a code needs none or others. */
  readonly alone?: Words;
  readonly cause: Cause;
  /** `command`: what is printed mends it. `person`: somebody has to decide or to change something first; the command is what comes then, or shows more. */
  readonly cure: 'command' | 'person';
  /** What the suite does by itself, at most once, before it gives up; absent: nothing. */
  readonly heals?: string;
  /** @param found the match of `says`, with its groups; empty without one */
  commands(situation: Situation, found: readonly string[]): readonly string[];
}

export type Diagnosis =
  | { readonly kind: 'known'; readonly phase: string; readonly check: string; readonly id: string; readonly cause: Cause; readonly cure: KnownFailure['cure']; readonly heals: string | null; readonly commands: readonly string[]; readonly docs: string }
  /** Nothing in the catalogue fits: the last lines that mean something. */
  | { readonly kind: 'unknown'; readonly phase: string; readonly check: string; readonly reasonCode: string; readonly lines: readonly string[] };
