import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '@vendure-deploy/shared/action';
import { type DeployConfig, loadConfig, parseConfig } from '@vendure-deploy/shared/config';
import { parse } from 'yaml';
import { type Caller, callersFor, pinOf } from './callers/index.ts';
import { type Checkout, openCheckout } from './checkout.ts';
import type { InitOptions, Setting } from './command-line.ts';
import { type Chosen, find, type Found } from './find/index.ts';
import { decide, type Placed, type Proposal, write } from './place.ts';
import { type Extra, fill, isMapping, type Missing, missingIn, type Path, offersOf, propose, render, renderWithExamples, type Section, set, withoutRemarks } from './propose/index.ts';

export const CONFIG = '.github/deploy.config.yml';
/** The release of the suite that moves on with its fixes. */
const PIN = 'v1';

export interface Outcome {
  readonly root: string;
  readonly found: Found;
  readonly files: readonly Placed[];
  /** Of the configuration that lies there now (of the proposed one, on a dry run). */
  readonly missing: readonly Missing[];
  /** Why a configuration that was kept is no good; '' when it is. */
  readonly fault: string;
  /** What could be had besides, each in a sentence. */
  readonly offers: readonly string[];
  /** The workflows that the shop has now. */
  readonly lanes: readonly string[];
  /** What is not committed of these files, or of others. */
  readonly uncommitted: readonly string[];
  /** The branch that has what `main` has not; null: `main` has it. */
  readonly branch: string | null;
}

/** Reads the checkout, and writes what is missing of its configuration and callers. @throws {UserError} before anything is written */
export async function init({ repo, sets, extras, pin, force, dryRun }: Pick<InitOptions, 'repo' | 'sets' | 'extras' | 'pin' | 'force' | 'dryRun'>): Promise<Outcome> {
  const checkout = await openCheckout(repo);
  const there = await checkout.read(CONFIG);
  const existing = mappingOf(there);
  const found = await find(checkout, chosenBy(sets, existing));
  const wanted = new Set([...extras, ...extrasOf(existing), ...sets.flatMap(({ path }) => extrasOf(nested(path)))]);
  const root = proposal(found, wanted, existing, sets);
  const proposed = validated(root, sets);
  const text = render(root);
  const untouched = proposal(found, new Set(extrasOf(existing)), existing, []);
  const configuration = decide({ path: CONFIG, text, before: there, isOurs: there !== null && withoutRemarks(there) === withoutRemarks(render(untouched)), isSame: there !== null && isDeepStrictEqual(existing, mappingOf(text)) }, force);
  // What is kept decides which callers fit; one that cannot be read decides nothing.
  const kept = configuration.state === 'kept' ? await loadConfig(join(checkout.root, CONFIG)).catch((error: unknown) => (error instanceof UserError ? error.message : Promise.reject(error as Error))) : null;
  const config = kept === null || typeof kept === 'string' ? proposed : kept;

  const pinned = async (path: string): Promise<string> => pin ?? pinOf((await checkout.read(path)) ?? '') ?? PIN;
  const callers = await callersFor(config, found.packages.hasNx, pinned);
  const before = await callersFor(validated(untouched, []), found.packages.hasNx, pinned);
  const files = [configuration, ...(await Promise.all(callers.map(async (caller) => decide(await beside(caller, before, checkout), force))))];
  if (!dryRun) await write(checkout.root, files);
  return {
    root: checkout.root,
    found,
    files,
    missing: kept === null ? missingIn(root) : [],
    fault: kept === null ? '' : [...(typeof kept === 'string' ? [kept] : []), ...(sets.length + extras.length > 0 ? [`What --set and --with say was not written: ${CONFIG} was changed by hand. Type it there, or add --force, which keeps the values and loses the remarks.`] : [])].join('\n'),
    offers: offersOf(found, wanted),
    lanes: callers.map(({ path }) => path.replace(/^.*\/|\.yml$/gu, '')),
    uncommitted: dryRun ? [] : await checkout.uncommitted(),
    branch: await checkout.branchBeforeMain('.github'),
  };
}

function proposal(found: Found, extras: ReadonlySet<Extra>, existing: Readonly<Record<string, unknown>>, sets: readonly Setting[]): Section {
  const given = (path: Path): unknown => sets.find((one) => one.path.join('.') === path.join('.'))?.value ?? valueAt(existing, path);
  const root = propose(found, { extras, given });
  fill(root, existing);
  for (const { path, value } of sets) {
    const environment = path[1] ?? '';
    const environments = root.entries.get('environments');
    if (path[0] === 'environments' && environments?.kind === 'section' && !environments.entries.has(environment)) throw new UserError(`option --set ${path.join('.')}: there is no environment "${environment}". There are: ${[...environments.entries.keys()].join(', ')}. One more is made by a Fly configuration of its own (fly.toml for production, fly.staging.toml for staging).`);
    set(root, path, value);
  }
  return root;
}

/** That all but what is missing fits. @throws {UserError} with the lines of the file that would be written */
function validated(root: Section, sets: readonly Setting[]): DeployConfig {
  try {
    return parseConfig(renderWithExamples(root), CONFIG);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const whose = sets.length === 0 ? 'What this checkout says does not fit the configuration' : `What this checkout and --set say does not fit the configuration`;
    throw new UserError(`${whose}. Correct it there, or give another value with --set KEY=VALUE. Nothing was written.\n${error.message}`, { cause: error });
  }
}

/** A caller is still ours that is as the configuration of before asked for it, whatever ref of the suite it names. */
async function beside({ path, text }: Caller, untouched: readonly Caller[], checkout: Checkout): Promise<Proposal> {
  const before = await checkout.read(path);
  const [pin, old] = [pinOf(text) ?? '', pinOf(before ?? '') ?? ''];
  const known = [text, ...untouched.filter((one) => one.path === path).map((one) => one.text)];
  return { path, text, before, isOurs: before !== null && old !== '' && known.includes(before.replace(`@${old}`, `@${pin}`)) };
}

/** Which files are meant, where a person has said so. */
function chosenBy(sets: readonly Setting[], existing: Readonly<Record<string, unknown>>): Chosen {
  const said = (surface: string, key: string, environment: string): string | undefined => {
    const path = ['environments', environment, 'surfaces', surface, key];
    const value = sets.find((one) => one.path.join('.') === path.join('.'))?.value ?? valueAt(existing, path);
    return typeof value === 'string' ? value : undefined;
  };
  const named = (entries: readonly (readonly [string, string | undefined])[]): Record<string, string> => Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
  return {
    fly: named((['production', 'staging'] as const).map((name) => [name, said('vendure', 'fly-config', name)])),
    wrangler: named((['dashboard', 'storefront'] as const).map((surface) => [surface, said(surface, 'wrangler-config', 'staging') ?? said(surface, 'wrangler-config', 'production')])),
  };
}

/** What is configured of the parts that are only proposed where they are asked for. */
function extrasOf(config: Readonly<Record<string, unknown>>): Extra[] {
  const environments = isMapping(config['environments']) ? config['environments'] : {};
  const has = (...path: string[]): boolean => Object.keys(environments).some((name) => valueAt(environments, [name, 'surfaces', ...path]) !== undefined);
  return [...('prod-preview' in environments ? ['prod-preview' as const] : []), ...(has('storefront', 'preview') ? ['preview' as const] : []), ...(has('wordpress') ? ['wordpress' as const] : [])];
}

function nested(path: Path): Record<string, unknown> {
  return Object.fromEntries(path.slice(0, 1).map((key) => [key, path.length === 1 ? true : nested(path.slice(1))]));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (isMapping(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);
}

/** One that is no YAML says so itself when it is loaded. */
function mappingOf(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = text === null ? {} : parse(text, { maxAliasCount: 100 });
    return isMapping(value) ? value : {};
  } catch {
    return {};
  }
}
