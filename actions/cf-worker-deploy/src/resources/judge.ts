import type { ActionResult } from '@vendure-deploy/shared/action';
import type { Outputs } from '../io.ts';

export interface WantedResources {
  readonly kv: readonly string[];
  readonly r2: readonly string[];
}

/** Of what is wanted: namespaces by title with their ids, buckets by name. */
export interface Present {
  readonly kv: Readonly<Record<string, string>>;
  readonly r2: readonly string[];
}

export function missingOf(wanted: WantedResources, present: Present): WantedResources {
  return { kv: wanted.kv.filter((title) => present.kv[title] === undefined), r2: wanted.r2.filter((name) => !present.r2.includes(name)) };
}

export function judgeResources({ wanted, before, after, refusals, url }: { wanted: WantedResources; before: Present; after: Present; refusals: readonly string[]; url: string }): ActionResult<Outputs> {
  const names = (of: WantedResources): string[] => [...of.kv.map((title) => `KV namespace ${title}`), ...of.r2.map((name) => `R2 bucket ${name}`)];
  const missing = names(missingOf(wanted, after));
  const created = names(missingOf(wanted, before)).filter((name) => !missing.includes(name));
  const ids = Object.entries(after.kv).map(([title, id]) => `${title} has the id ${id}`);
  const shared = { outputs: { url, resources: JSON.stringify(after) }, result: { resources: after, created, missing } };
  if (missing.length > 0) {
    return { ...shared, decision: created.length > 0 ? 'partial' : 'failed', reasonCode: 'resources-missing', message: `Not there: ${missing.join(', ')}${refusals.length === 0 ? '' : ` (${refusals.join('; ')})`}. ${created.length > 0 ? `Created: ${created.join(', ')}. ` : ''}Run it again; the token needs "Workers KV Storage: Edit" and "Workers R2 Storage: Edit".` };
  }
  const told = ids.length === 0 ? '' : ` For the wrangler configuration: ${ids.join(', ')}.`;
  return created.length === 0
    ? { ...shared, decision: 'skipped', reasonCode: 'resources-ready', message: `Everything is there already; nothing was created.${told}` }
    : { ...shared, decision: 'done', reasonCode: 'resources-ready', message: `Created: ${created.join(', ')}.${told}` };
}
