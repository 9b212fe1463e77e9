import { neutral } from './neutral.ts';

/** One call as a recording keeps it: what decides, and nothing of the machine that it was measured on. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Without `?`; '' without one. */
  readonly query: string;
  /** It carried the nonce of a lease. */
  readonly nonce: boolean;
  /** Its deciding fields; null without a body. */
  readonly body: unknown;
  /** null when the client saw no answer: it went away, or the connection broke. */
  readonly status: number | null;
  /** The Machine that a creation made. */
  readonly made: string | null;
}

// What is before it is the same in every call to a Machine.
const MACHINES = /^\/v1\/apps\/shop-x\/machines/u;

/** `POST machines/d8001000000111 nonce #update-app-1a2b 200`, a creation with ` =<id>` at its end. `keyOf` keeps the body and names it. */
export function writeCall({ method, path, query, nonce, body, status, made }: Call, keyOf: (body: unknown) => string): string {
  const parts = [method, path.replace(MACHINES, 'machines') + (query === '' ? '' : `?${query}`), ...(nonce ? ['nonce'] : []), ...(body === null ? [] : [`#${keyOf(body)}`]), status ?? 'gone', ...(made === null ? [] : [`=${made}`])];
  return parts.join(' ');
}

const LINE = /^(?<method>\S+) (?<path>[^\s?]+)(?:\?(?<query>\S+))?(?<nonce> nonce)?(?: #(?<key>\S+))? (?<status>gone|\d+)(?: =(?<made>\S+))?$/u;

/** @throws for a line that `writeCall` did not write, or whose body is missing */
export function readCall(line: string, bodies: Readonly<Record<string, unknown>>): Call {
  const groups = LINE.exec(line)?.groups;
  if (groups === undefined) throw new Error(`No call: ${line}`);
  const { method = '', path = '', query = '', nonce, key, status = '', made } = groups;
  if (key !== undefined && !(key in bodies)) throw new Error(`No body: ${line}`);
  return {
    method,
    path: path.replace(/^machines/u, '/v1/apps/shop-x/machines'),
    query,
    nonce: nonce !== undefined,
    body: key === undefined ? null : bodies[key],
    status: status === 'gone' ? null : Number(status),
    made: made ?? null,
  };
}

/** The Machine that a call is about, by its path. */
export function machineOf({ path, made }: Pick<Call, 'path' | 'made'>): string | null {
  return /^\/v1\/apps\/[^/]+\/machines\/([^/]+)/u.exec(path)?.[1] ?? made;
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a body that decide what becomes of it; times, ids and sizes differ from run to run. */
export function decidingBody(path: string, body: unknown): unknown {
  if (!isFields(body)) return null;
  if (isFields(body['config'])) return { ...body, config: decidingConfig(body['config']) };
  if (path.endsWith('/builds/finish')) return finishOf(body);
  if (path.endsWith('/releases')) return { ...body, build_id: buildOf(body) };
  if (/\/releases\/[^/]+$/u.test(path)) return { status: body['status'], error: errorOf(body) };
  if (path === '/graphql') return { query: String(body['query']).replaceAll(/\s+/gu, ' ').trim(), variables: body['variables'] ?? {} };
  return body;
}

function decidingConfig(config: Fields): Fields {
  const { fly_release_id: _, fly_bluegreen_deployment_tag: tag, fly_flyctl_bluegreen_launch_id: launch, ...metadata } = isFields(config['metadata']) ? config['metadata'] : {};
  return { ...config, metadata: { ...metadata, ...(tag === undefined ? {} : { fly_bluegreen_deployment_tag: '<time>' }), ...(launch === undefined ? {} : { fly_flyctl_bluegreen_launch_id: '<id>' }) } };
}

function finishOf(body: Fields): Fields {
  const attempted = Array.isArray(body['strategies_attempted']) ? body['strategies_attempted'].filter(isFields) : [];
  const image = isFields(body['final_image']) ? body['final_image'] : {};
  return { build_id: buildOf(body), status: body['status'], strategies: attempted.map(({ strategy, result, error }) => ({ strategy, result, error })), image: image['tag'], logs: body['logs'] };
}

/** Whether there is a build; its number is Fly's. */
function buildOf(body: Fields): string {
  return body['build_id'] === 0 ? 'none' : 'open';
}

function errorOf({ metadata }: Fields): string | null {
  if (!isFields(metadata) || !isFields(metadata['post_deployment_info'])) return null;
  return neutral(String(metadata['post_deployment_info']['error']));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
