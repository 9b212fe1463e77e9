import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import type { VendureSurface } from '@vendure-deploy/shared/config';
import { type FlyClient, type FlyRelease, type FlySecret, type Machine, ProviderError, stagedSecrets } from '@vendure-deploy/shared/providers/fly';
import { Secret } from '@vendure-deploy/shared/secrets';
import type { inputs as declared } from '../io.ts';
import { compare, type Comparison, different, isKnownToDiffer, showsForm } from './compare.ts';
import { importText } from './import-text.ts';
import { readWanted, type Wanted } from './wanted.ts';

export interface Sync {
  readonly context: ActionContext<typeof declared>;
  readonly surface: VendureSurface;
  readonly fly: FlyClient;
  /** Without what is left over of an earlier deploy: nobody updates those. */
  readonly machines: readonly Machine[];
  /** What Fly lists of another app: one digest that is understood there explains them here. */
  readonly elsewhere: readonly FlySecret[];
}

/** The wanted secrets of one app beside those at Fly, before the first write. */
export interface Secrets {
  /** All that the source gave; the comparison says which of it the app is to have. */
  readonly wanted: Wanted;
  readonly listed: readonly FlySecret[];
  readonly comparison: Comparison;
}

/** @returns null: they were not looked at, and a warning says why. @throws {UserError} when the wanted set cannot be had or not be compared; nothing was written */
export async function readSecrets({ context, surface, fly, machines, elsewhere }: Sync): Promise<Secrets | null> {
  const { inputs, log } = context;
  const { app, secrets: source } = surface;
  if (inputs['skip-secrets-sync']) {
    log.warning(`skip-secrets-sync is set: whether the secrets of ${app} are the wanted ones, and whether one is staged, was not looked at.`);
    return null;
  }
  if (source === undefined && !inputs['fly-secrets'].isEmpty) log.warning('The input `fly-secrets` is not used: the configuration names no `secrets`.');
  const [wanted, listed, releases] = await Promise.all([
    source === undefined ? NONE : readWanted(source, context),
    fly.secrets().catch((error: unknown) => noList(error, { isNeeded: source !== undefined, log })),
    fly.releases().catch((error: unknown) => noReleases(error, log)),
  ]);
  if (listed === null) return null;
  const own = { ...wanted, values: withoutPrevious(wanted.values, surface) };
  const comparison = compare(own.values, listed, stagedSecrets(listed, machines, releases), showsForm(wanted.values, [...listed, ...elsewhere]));
  tell(comparison, own, log);
  return { wanted, listed, comparison };
}

/** What the Redis app accepts beside the password is no business of the shop's: a change of it alone restarts no Machine of the shop. */
function withoutPrevious(values: Wanted['values'], { redis }: VendureSurface): Wanted['values'] {
  return new Map([...values].filter(([name]) => name !== redis?.previous));
}

const NONE: Wanted = { values: new Map(), versions: {} };

function noList(error: unknown, { isNeeded, log }: { isNeeded: boolean; log: Sync['context']['log'] }): null {
  if (!(error instanceof ProviderError)) throw error;
  if (isNeeded) throw new UserError(`fly-deploy: ${error.message}, so that the wanted secrets cannot be compared. Nothing was written. Give a token that may list them, or set \`skip-secrets-sync\`.`, { reasonCode: 'secrets-unavailable', cause: error });
  log.warning(`${error.message}: whether one is staged is not known.`);
  return null;
}

export function noReleases(error: unknown, log: Sync['context']['log']): readonly FlyRelease[] {
  if (!(error instanceof ProviderError)) throw error;
  log.warning(`${error.message}: whether a secret is staged is not known.`);
  return [];
}

export function tell({ same, changed, absent, staged, unwanted, scheme }: Comparison, { values }: Wanted, log: Sync['context']['log']): void {
  const line = (what: string, names: readonly string[]): void => {
    if (names.length > 0) log.info(`${what}: ${names.join(', ')}`);
  };
  line('At Fly as wanted', same);
  line(scheme === 'known' ? 'At Fly with another value' : 'At Fly, and whether as wanted is not known', changed);
  line('Not at Fly', absent);
  line('Staged already, and not in every Machine', staged);
  if (values.size > 0) line('At Fly and not wanted, left as they are', unwanted);
}

/** Whether a commit that serves already is deployed again. */
export function isReasonToDeploy(secrets: Secrets | null): boolean {
  return secrets !== null && isKnownToDiffer(secrets.comparison);
}

/** Whether a deploy brings secrets to the Machines: what is staged already, and what differs and will be. */
export function isShipment(secrets: Secrets | null): boolean {
  return secrets !== null && (secrets.comparison.staged.length > 0 || different(secrets.comparison).length > 0);
}

/** What the Machines have since this deploy, as the end of its message; '' when there is nothing new. */
export function shipped(secrets: Secrets | null): string {
  if (secrets === null || !isShipment(secrets)) return '';
  return ` Secrets shipped with it: ${[...new Set([...secrets.comparison.staged, ...different(secrets.comparison)])].toSorted().join(', ')}.`;
}

/** The commit is left as it serves although its secrets may differ: that is never silent. */
export function warnOfUnknown(apps: readonly (Secrets | null)[], log: Sync['context']['log']): void {
  for (const secrets of apps) if (secrets?.comparison.scheme === 'unknown') warnOf(secrets, log);
}

function warnOf({ comparison }: Secrets, log: Sync['context']['log']): void {
  log.warning(`Whether ${comparison.changed.join(', ')} at Fly are as wanted cannot be told from the digests that Fly lists, so nothing was staged. If one has changed, set \`redeploy\`.`);
}

/** What `flyctl secrets import` is to read; null: there is nothing to stage. @throws {UserError} for a value that has no form there, before any write */
export function textToStage(secrets: Secrets | null): Secret | null {
  if (secrets === null) return null;
  const { text, refused } = importText(valuesToStage(secrets));
  if (refused.length > 0) throw new UserError(`fly-deploy: flyctl cannot be given ${refused.map(({ name, why }) => `${name} (${why})`).join(', nor ')}. Nothing was written. Change the value, for example to base64.`, { reasonCode: 'secrets-not-staged' });
  return text === '' ? null : new Secret(text);
}

export function valuesToStage({ wanted, comparison }: Secrets): ReadonlyMap<string, Secret> {
  return new Map(different(comparison).flatMap((name) => {
    const value = wanted.values.get(name);
    return value === undefined ? [] : [[name, value] as const];
  }));
}

/** For the result: names, and versions of what they came from. Never a value, nor a digest. */
export function told(secrets: Secrets | null, now: { readonly staged: readonly string[]; readonly renewed: readonly string[] }): Readonly<Record<string, unknown>> | null {
  if (secrets === null) return null;
  const { comparison: { same, changed, absent, staged, unwanted, scheme }, wanted } = secrets;
  return { same, changed, absent, 'staged-before': staged, unwanted, 'digest-scheme': scheme, staged: now.staged, renewed: now.renewed, versions: wanted.versions };
}
