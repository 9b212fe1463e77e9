import type { AccessApp } from '@vendure-deploy/shared/providers/cloudflare';

/** What is to stand behind Access. */
export interface Guarded {
  readonly host: string;
  /** `<team>.cloudflareaccess.com`, by the configuration. */
  readonly teamHost: string;
  /** null: any application of the team. */
  readonly audience: string | null;
  /** From the root on; the configured ones and what the contract of the Worker names. */
  readonly paths: readonly string[];
}

/** One answer of the host, as far as it says something about Access. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly location: string | null; readonly metadata: string | null; readonly version: string | null; readonly challenged: boolean }
  | { readonly kind: 'none'; readonly why: string };

export interface Visit {
  readonly path: string;
  readonly answer: Answer;
}

export type Apps =
  | { readonly kind: 'read'; readonly apps: readonly AccessApp[] }
  /** The token may not read them: the control plane is no part of the proof. */
  | { readonly kind: 'not-allowed' }
  | { readonly kind: 'unreadable'; readonly why: string };

export type Keys = { readonly kind: 'read'; readonly jwks: unknown } | { readonly kind: 'unreadable'; readonly why: string };

/** All that was read, in one moment. */
export interface Evidence {
  readonly keys: Keys;
  /** Asked for Access's metadata. */
  readonly asked: readonly Visit[];
  /** As a visitor without credentials. */
  readonly visited: readonly Visit[];
  readonly apps: Apps;
}
