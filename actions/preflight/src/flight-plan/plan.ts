import type { ComparedCommit } from '@vendure-deploy/shared/providers/github';
import type { Forecast, Surface } from '@vendure-deploy/shared/release';
import type { GroupChange } from './machines.ts';

/** What was read, or why it was not. */
export type Known<T> = { readonly kind: 'known'; readonly value: T } | { readonly kind: 'unknown'; readonly why: string };

export interface FlightPlan {
  readonly environment: string;
  readonly sha: string;
  /** What serves each surface that is deployed; null: not read. */
  readonly serving: Readonly<Partial<Record<Surface, string | null>>>;
  /** Since what Vendure serves, or else the first surface of which that is known. */
  readonly commits: Known<{ readonly since: string; readonly listed: readonly ComparedCommit[]; readonly total: number }>;
  /** What the check of the migrations found, in its words; null: it was left out. */
  readonly migrations: { readonly evidence: string; readonly count: number } | null;
  /** null: Vendure is not deployed. */
  readonly vendure: null | {
    readonly strategy: string;
    readonly releaseCommand: boolean;
    readonly machines: Known<readonly GroupChange[]>;
    readonly image: string;
    /** By name; null: the configuration names none. */
    readonly secrets: Known<SecretsChange> | null;
  };
  readonly workers: readonly { readonly worker: string; readonly routes: Known<RoutesChange> }[];
  readonly budgetSeconds: number;
  /** How long what serves is watched at the end; 0: not at all. */
  readonly bakeSeconds: number;
  readonly forecast: Known<Forecast>;
  readonly wayBack: WayBack;
}

export interface SecretsChange {
  readonly added: readonly string[];
  /** There already: whether the value is another one is compared right before the deploy. */
  readonly compared: readonly string[];
  readonly staged: readonly string[];
  /** At Fly and not wanted: they stay. */
  readonly unwanted: readonly string[];
}

export interface RoutesChange {
  readonly added: readonly string[];
  readonly kept: readonly string[];
  readonly removed: readonly string[];
}

export interface WayBack {
  /** '' where nothing served that one could go back to. */
  readonly command: string;
  readonly cannot: readonly string[];
}

/** By names alone. */
export function secretsChange(wanted: readonly string[], listed: readonly string[], staged: readonly string[]): SecretsChange {
  return {
    added: wanted.filter((name) => !listed.includes(name)).toSorted(),
    compared: wanted.filter((name) => listed.includes(name)).toSorted(),
    staged: staged.toSorted(),
    unwanted: listed.filter((name) => !wanted.includes(name)).toSorted(),
  };
}

/** wrangler makes the configured routes those of the Worker and takes every other one from it; where none is configured it leaves them as they are. */
export function routesChange(configured: readonly string[], live: readonly string[]): RoutesChange {
  if (configured.length === 0) return { added: [], kept: live, removed: [] };
  return {
    added: configured.filter((pattern) => !live.includes(pattern)),
    kept: configured.filter((pattern) => live.includes(pattern)),
    removed: live.filter((pattern) => !configured.includes(pattern)),
  };
}

/** The deploy of what serves now; and what of this deploy it leaves as it will be. */
export function wayBackOf({ serving, workflow, migrations, secrets }: { readonly serving: string | null; readonly workflow: string; readonly migrations: number; readonly secrets: boolean }): WayBack {
  return {
    command: serving === null ? '' : `gh workflow run ${workflow} -f ref=${serving} -f allow_older=true`,
    cannot: [
      ...(migrations === 0 ? [] : [`the schema: ${migrations} ${migrations === 1 ? 'migration stays' : 'migrations stay'} applied, and the older release then meets it`]),
      ...(secrets ? ['secrets at Fly: they have no versions, and stay as this deploy sets them'] : []),
      'what was written to the database meanwhile',
    ],
  };
}
