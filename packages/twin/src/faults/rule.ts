/** `nth` of a rule: the first and the last occurrence it acts on, counted from 1; an open range ends at Infinity. */
export interface Occurrences {
  readonly from: number;
  readonly to: number;
}

export type HttpEffect =
  | { readonly kind: 'status'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string | null }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'body'; readonly body: string }
  | { readonly kind: 'html' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'reset-after' | 'hang-after'; readonly bytes: number }
  | { readonly kind: 'without'; readonly header: string }
  | { readonly kind: 'early-413' };

/** What only a registry can do; the provider is asked, and for something else than the client asked for. */
export type RegistryEffect =
  | { readonly kind: 'refuse-mount' }
  | { readonly kind: 'grants-only'; readonly scope: 'first' | 'last' };

export type MachineEffect =
  | { readonly kind: 'never-healthy' | 'hangs' | 'reverts' | 'crash-loops' | 'concurrent-update' | 'lease-held' | 'host-unreachable' }
  | { readonly kind: 'start-takes' | 'stop-takes'; readonly milliseconds: number };

export type ToolEffect =
  | { readonly kind: 'exit'; readonly code: number; readonly effect: 'with' | 'without' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'killed-after'; readonly milliseconds: number };

/** SIGINT and cancel are the cancel button; `at`: once the step has written a line with this text, not with its first line. */
export type RunEffect = { readonly kind: 'SIGINT' | 'cancel' | 'runner-lost'; readonly at: string | null };

/** By how it stands with the run that holds it. */
export type LockEffect = { readonly kind: 'held-by-another-run' | 'held-by-ended-run' | 'held-by-lost-run' | 'held-by-unknown-run' };

export type FaultSubject =
  | { readonly kind: 'http'; readonly provider: string; readonly method: string; readonly path: string }
  | { readonly kind: 'graphql'; readonly provider: string; readonly operation: string }
  | { readonly kind: 'machine'; readonly group: string; readonly number: number | '*' }
  | { readonly kind: 'tool'; readonly name: string }
  | { readonly kind: 'step'; readonly job: string; readonly step: string }
  | { readonly kind: 'lock' };

export interface FaultRule {
  /** The line as it was given, spaces squeezed. */
  readonly text: string;
  readonly subject: FaultSubject;
  readonly occurrences: Occurrences;
  readonly effect: HttpEffect | RegistryEffect | MachineEffect | ToolEffect | RunEffect | LockEffect;
  /** The effect as it was given, without what stands last: `exit 0 without-effect`. */
  readonly words: string;
  /** The write is applied first, then the answer is lost or changed. Only for requests. */
  readonly afterCommit: boolean;
  /** Acts only this long after it first fired, on the twin's clock; null is without end. */
  readonly forMilliseconds: number | null;
}
