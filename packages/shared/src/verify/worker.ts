import type { WorkerSurface } from '../config/index.ts';
import type { HttpResponse } from '../net/index.ts';
import { graphqlFault, JSON_BODY } from './graphql.ts';
import { identityOf } from './identity.ts';
import { ask, jsonOf, placeOf, type Reach } from './reach.ts';
import { atPointer } from './steps/pointer.ts';
import type { Reading, Subject } from './types.ts';

interface Asked {
  readonly surface: 'dashboard' | 'storefront';
  readonly wanted: string;
  readonly reach: Reach;
  /** Vendure's public URL and its GraphQL path, where there is one. */
  readonly api: { readonly origin: string; readonly graphql: string | null } | null;
}

export function workerSubject(worker: WorkerSurface, { surface, wanted, reach, api }: Asked): Subject {
  const base = worker['public-url'];
  const place = worker.verify?.['api-origin'];
  return {
    surface,
    identity: () => identityOf({ surface, base, path: worker['version-path'], wanted, reach }),
    reads: [
      surface === 'dashboard' ? { name: 'assets', read: () => assets(base, surface, reach) } : { name: 'page', read: async () => readingOf(await page(base, surface, reach)) },
      { name: 'api-origin', read: () => (place === undefined ? Promise.resolve(NO_ORIGIN) : apiOrigin(`${base}${place.path}`, place.json, { surface, reach, api })) },
    ],
    writes: [],
  };
}

const NO_ORIGIN: Reading = { kind: 'not-configured', why: 'the configuration has no verify.api-origin' };
// A page of an application names a handful; what is not among the first is loaded by them.
const MOST_ASSETS = 10;

type Page = { readonly response: HttpResponse } | Extract<Reading, { kind: 'no-answer' | 'failing' }>;

async function page(base: string, surface: Asked['surface'], reach: Reach): Promise<Page> {
  const answer = await ask(reach, { surface, method: 'GET', url: `${base}/` });
  if (answer.kind !== 'answer') return { kind: answer.kind === 'wrong' ? 'failing' : 'no-answer', why: answer.why };
  if (answer.response.status !== 200) return { kind: 'failing', why: `HTTP ${answer.response.status} from ${base}/` };
  return /<[a-z!]/i.test(answer.response.text()) ? { response: answer.response } : { kind: 'failing', why: `${base}/ is no page of HTML` };
}

function readingOf(given: Page): Reading {
  return 'response' in given ? { kind: 'ok' } : given;
}

/** The first page, and the scripts and styles that it names on its own host. */
async function assets(base: string, surface: Asked['surface'], reach: Reach): Promise<Reading> {
  const first = await page(base, surface, reach);
  if (!('response' in first)) return first;
  const urls = assetsIn(first.response.text(), `${base}/`).slice(0, MOST_ASSETS);
  if (urls.length === 0) return { kind: 'failing', why: `${base}/ names no script and no style of its own: nothing would be shown` };
  const readings = await Promise.all(urls.map((url) => asset(url, surface, reach)));
  return readings.find(({ kind }) => kind === 'failing') ?? readings.find(({ kind }) => kind === 'no-answer') ?? { kind: 'ok' };
}

/** A page in the place of a missing script is answered 200, too: a single-page application does that to every path. */
async function asset(url: string, surface: Asked['surface'], reach: Reach): Promise<Reading> {
  const answer = await ask(reach, { surface, method: 'GET', url });
  if (answer.kind !== 'answer') return { kind: answer.kind === 'wrong' ? 'failing' : 'no-answer', why: answer.why };
  const { status, headers, bytes } = answer.response;
  if (status !== 200) return { kind: 'failing', why: `asset ${placeOf(url)}: HTTP ${status}` };
  if (bytes.length === 0) return { kind: 'failing', why: `asset ${placeOf(url)} is empty` };
  return (headers['content-type'] ?? '').startsWith('text/html') ? { kind: 'failing', why: `asset ${placeOf(url)} is a page of HTML: it is missing` } : { kind: 'ok' };
}

export function assetsIn(html: string, base: string): string[] {
  const tags = html.match(/<(?:script|link)\b[^>]{0,2000}>/gi) ?? [];
  const named = tags.flatMap((tag) => {
    const isLink = /^<link/i.test(tag);
    if (isLink && !/\brel\s*=\s*["']?(?:stylesheet|modulepreload)\b/i.test(tag)) return [];
    const [, double, single] = (isLink ? /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i : /\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)')/i).exec(tag) ?? [];
    const url = URL.parse((double ?? single ?? '').replaceAll('&amp;', '&'), base);
    return url === null || (double ?? single) === undefined || url.origin !== new URL(base).origin ? [] : [url.href];
  });
  return [...new Set(named)];
}

/** The API that the Worker was built or set for is Vendure's public one, and it answers. */
async function apiOrigin(url: string, pointer: string, { surface, reach, api }: Pick<Asked, 'surface' | 'reach' | 'api'>): Promise<Reading> {
  const said = await ask(reach, { surface, method: 'GET', url });
  if (said.kind !== 'answer') return { kind: said.kind === 'wrong' ? 'failing' : 'no-answer', why: said.why };
  const given = atPointer(jsonOf(said.response), pointer);
  const origin = typeof given === 'string' ? URL.parse(given)?.origin : undefined;
  if (origin === undefined) return { kind: 'failing', why: `${placeOf(url)} names no API at ${pointer} (HTTP ${said.response.status})` };
  if (api === null) return { kind: 'not-configured', why: 'the environment has no surface vendure to compare with' };
  if (origin !== api.origin) return { kind: 'failing', why: `it uses the API of ${origin}, and Vendure's public URL is ${api.origin}` };
  if (api.graphql === null) return { kind: 'not-configured', why: 'vendure has no graphql-path to ask' };
  const answer = await ask(reach, { surface: 'vendure', method: 'POST', url: `${origin}${api.graphql}`, headers: JSON_BODY, body: JSON.stringify({ query: '{ __typename }' }) });
  if (answer.kind !== 'answer') return { kind: answer.kind === 'wrong' ? 'failing' : 'no-answer', why: answer.why };
  const fault = graphqlFault(answer.response, `${origin}${api.graphql}`);
  return fault === null ? { kind: 'ok' } : { kind: 'failing', why: `its API: ${fault}` };
}
