import type { CallerOf, SurfaceName } from './lanes.ts';

const CALL = /(?<=uses: vendure-deploy\/suite\/\.github\/workflows\/[\w-]+\.yml@)\S+/u;

/** Inputs that say something of one surface; what is passed on where there is none. null: the lane's own default. */
const OF_SURFACE: readonly (readonly [input: string, surface: SurfaceName, instead: string | null])[] = [
  ['dashboard', 'dashboard', 'false'],
  ['dashboard_blocking', 'dashboard', null],
  ['storefront', 'storefront', 'false'],
  ['gradual', 'storefront', null],
];

/** Pure: the example shop's caller, for a shop that has these environments and surfaces. @param pin the ref of the suite */
export function adapt(text: string, { environments, surfaces }: CallerOf, pin: string): string {
  const absent = OF_SURFACE.filter(([input, surface]) => !surfaces.has(surface) && hasInput(text, input));
  const narrowed = absent.reduce((before, [input, , instead]) => passing(withoutInput(before, input), input, instead), text);
  return offering(narrowed, environments).replace(CALL, pin);
}

/** The ref that a caller is pinned to; null: it calls no lane of the suite. */
export function pinOf(text: string): string | null {
  return CALL.exec(text)?.[0] ?? null;
}

function hasInput(text: string, input: string): boolean {
  return text.includes(`\n      ${input}:\n        description:`);
}

/** Its lines of the form: its key, and all that is deeper. */
function withoutInput(text: string, input: string): string {
  return text.replace(new RegExp(`^ {6}${input}:\\n(?: {8}.*\\n)+`, 'mu'), '');
}

function passing(text: string, input: string, instead: string | null): string {
  return text.replace(new RegExp(`^( {6}${input}: )\\$\\{\\{ inputs\\.${input} \\}\\}\\n`, 'mu'), instead === null ? '' : `$1${instead}\n`);
}

/** Of the input `environment`: what there is to choose, the first of it by default. */
function offering(text: string, environments: readonly string[]): string {
  return text.replace(/(?<=^ {6}environment:\n(?: {8}.*\n)*? {8}options: \[)(?<options>[^\]]*)\](?<between>\n {8}default: )(?<chosen>.*)$/mu, (all, options: string, between: string, chosen: string) => {
    const offered = options.split(', ').filter((name) => environments.includes(name));
    return offered.length === 0 ? all : `${offered.join(', ')}]${between}${offered.includes(chosen) ? chosen : (offered[0] ?? chosen)}`;
  });
}
