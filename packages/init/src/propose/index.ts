import { UserError } from '@vendure-deploy/shared/action';
import type { Found } from '../find/index.ts';
import { known, type Section, section, usual } from './entry.ts';
import { environmentIn, vendureOf } from './vendure.ts';
import { wordpressOf } from './wordpress.ts';
import { hiddenOf, previewOf, workerOf } from './worker.ts';

export { fill, isMapping, type Missing, missingIn, type Path, type Section, set } from './entry.ts';
export { flow, render, renderWithExamples, withoutRemarks } from './render.ts';

/** What is only proposed when it is asked for, since most shops have none of it. */
export const EXTRAS = ['prod-preview', 'preview', 'wordpress'] as const;
export type Extra = (typeof EXTRAS)[number];

export interface Wish {
  readonly extras: ReadonlySet<Extra>;
  /** What a person has given for a key, now or in the file that is there; undefined: nothing. */
  given(path: readonly string[]): unknown;
}

// A promise that a first deploy can keep; the report says what each deploy took.
const SLA_SECONDS = 900;

/** Pure: the configuration, of what was found. @throws {UserError} for a wish that nothing found can be of */
export function propose(found: Found, wish: Wish): Section {
  const environments = found.servers.map(({ environment }) => [environment, environmentOf(environment, found, wish)] as const);
  const hidden = wish.extras.has('prod-preview') ? { 'prod-preview': hiddenLane(found, wish) } : {};
  return section({ 'schema-version': known(1), environments: section({ ...Object.fromEntries(environments), ...hidden }) });
}

/** What is left out: parts that nobody has asked for, and Workers that an environment has none of; each in a sentence. */
export function offersOf(found: Found, extras: ReadonlySet<Extra>): string[] {
  const withEnvironment = (name: string): string[] => found.workers.filter(({ environments }) => environments[name] !== undefined).map(({ file }) => file);
  const [hidden, previews] = [withEnvironment('prod-preview'), withEnvironment('preview')];
  const offers: readonly (readonly [Extra, string | null])[] = [
    ['prod-preview', hidden.length === 0 ? null : `${hidden.join(', ')}: env.prod-preview is there. For the hidden lane:  --with prod-preview`],
    ['preview', previews.length === 0 ? null : `${previews.join(', ')}: env.preview is there. For a Storefront for each pull request:  --with preview`],
    ['wordpress', found.wordpress === null ? null : `${found.wordpress.sources} is a WordPress plugin. To deploy it, too:  --with wordpress`],
  ];
  const absent = found.servers.flatMap(({ environment }) => found.workers.filter(({ environments }) => environmentIn(environments, environment) === null).map(({ surface, file }) => `${file} has no env.${environment}: ${environment} is deployed without the ${surface}. Add it there, and start script/init again.`));
  return [...absent, ...offers.flatMap(([extra, offer]) => (extras.has(extra) || offer === null ? [] : [offer]))];
}

function environmentOf(environment: 'production' | 'staging', found: Found, { extras }: Wish): Section {
  const server = found.servers.find((one) => one.environment === environment);
  const workers = found.workers.map((worker) => [worker.surface, workerOf(worker, environment, found.packages)] as const);
  const storefront = workers.find(([surface]) => surface === 'storefront')?.[1];
  const own = found.workers.find(({ surface }) => surface === 'storefront');
  if (environment === 'staging' && extras.has('preview') && storefront && own !== undefined) storefront.entries.set('preview', previewOf(own));
  return section({
    'sla-seconds': usual(SLA_SECONDS, 'the promise: a deploy that takes longer is a warning'),
    'default-branch-only': usual(environment === 'production'),
    // Staging's own bytes, with their digest.
    'promote-from': environment === 'production' && found.servers.some((one) => one.environment === 'staging') ? usual('staging') : null,
    surfaces: section({ vendure: server === undefined ? null : vendureOf(server, found), ...Object.fromEntries(workers), wordpress: extras.has('wordpress') ? wordpressOf(found) : null }),
  });
}

/** It has no server, and never will: it stands before production's. */
function hiddenLane(found: Found, { given }: Wish): Section {
  const surfaces = found.workers.flatMap((worker) => {
    const made = workerOf(worker, 'prod-preview', found.packages);
    if (made === null) return [];
    const publicUrl = given(['environments', 'prod-preview', 'surfaces', worker.surface, 'public-url']);
    for (const [key, entry] of Object.entries(hiddenOf(worker, typeof publicUrl === 'string' ? publicUrl : null))) made.entries.set(key, entry);
    return [[worker.surface, made] as const];
  });
  if (surfaces.length === 0) throw new UserError('--with prod-preview: no wrangler configuration has env.prod-preview. Add it as docs/workers.md says ("The hidden lane").');
  return section({ 'sla-seconds': usual(SLA_SECONDS), 'default-branch-only': usual(false), surfaces: section(Object.fromEntries(surfaces)) });
}
