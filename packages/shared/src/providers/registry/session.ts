import { z } from 'zod';
import type { Download, HttpClient, HttpMethod, HttpResponse, HttpResult, Unreachable } from '../../net/index.ts';
import { mayLead } from '../../net/index.ts';
import { processRedactor, type Secret } from '../../secrets/index.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import { authorizationHeader, encodedLogin, type RegistryLogin } from './login.ts';
import { delayBefore, isPassing, saidBy } from './retry.ts';

/** What is asked for, in the words of a token server: `repository:<name>:pull,push`. */
export type Scope = readonly string[];

export interface RegistryCall {
  method: HttpMethod;
  /** A path of the registry, or a whole URL that it gave. */
  to: string;
  scope: Scope;
  headers?: Record<string, string>;
  body?: Uint8Array;
  maxBytes?: number;
  redirect?: 'follow';
  /** Whether what passes is tried again; default true: every call here may arrive twice. */
  retry?: boolean;
  /** Asked before a further try: false, this answer is for good. */
  mayPass?(result: HttpResult): Promise<boolean>;
  /** Instead of the session's: for what is to survive a cancel. */
  signal?: AbortSignal;
}

export interface RegistrySession {
  readonly origin: string;
  send(call: RegistryCall): Promise<HttpResult>;
  /** Of a blob; follows to the storage host, where our credential does not go. Sent once. */
  download(call: Pick<RegistryCall, 'to' | 'scope'>): Promise<Download | Unreachable>;
  /** Sent once, but for a challenge that is met before the body is read. */
  upload(call: Pick<RegistryCall, 'to' | 'scope' | 'headers'> & { method: 'PUT' | 'PATCH'; body: AsyncIterable<Uint8Array>; length: number }): Promise<HttpResult>;
  /** What the token for this scope says that it grants; null: there is none, or it is none of those that say so (a JWT of the token spec). */
  granted(scope: Scope): readonly string[] | null;
  /** Until the next try of something that is more than one call; false: the time is over. */
  pause(result: HttpResponse | Unreachable, attempt: number): Promise<boolean>;
}

export interface SessionOptions {
  http: HttpClient;
  origin: string;
  login: RegistryLogin;
  clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  random: () => number;
  signal: AbortSignal;
  /** The point in time (ms since the epoch) at which nothing is tried any more. */
  endsAt: number;
  warn(text: string): void;
}

/** The first try and four more. */
export const TRIES = 5;
const headMs = 30_000;
// Between two chunks of a body; there is no limit for a whole blob.
const idleMs = 60_000;
const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional(), expires_in: z.number().positive().optional() });
// What the token spec gives a token without `expires_in`.
const tokenSeconds = 60;

interface Ticket {
  header: Secret;
  /** Ms since the epoch; it is renewed before its end, so that no call meets it. */
  until: number;
  grants: readonly string[] | null;
}

/** One registry and one login: sends the real request first, answers its challenge (Bearer before Basic), and tries again what passes. */
export function registrySession(options: SessionOptions): RegistrySession {
  const { http, origin, login, clock, signal } = options;
  const tickets = new Map<string, Ticket>();
  let scheme: { kind: 'basic' } | { kind: 'bearer'; challenge: Challenge } | null = null;
  const warned = new Set<string>();

  return { origin, send, download, upload, granted: (scope) => tickets.get(keyOf(scope))?.grants ?? null, pause };

  async function send(call: RegistryCall): Promise<HttpResult> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await authorized(call.to, call.scope, (headers) => http.request({
        method: call.method, url: absolute(call.to), headers: { ...call.headers, ...headers }, retry: 'never', freshConnection: false, signal: call.signal ?? signal,
        deadlineMs: left(headMs), ...(call.body === undefined ? {} : { body: call.body }), ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }), ...(call.redirect === undefined ? {} : { redirect: call.redirect }),
      }));
      surface(result);
      if (call.retry === false || attempt >= TRIES || !isPassing(result) || await call.mayPass?.(result) === false || !await pause(result, attempt)) return result;
    }
  }

  function download({ to, scope }: Pick<RegistryCall, 'to' | 'scope'>): Promise<Download | Unreachable> {
    return authorized(to, scope, (headers) => http.download({ url: absolute(to), headers, redirect: 'follow', deadlineMs: left(headMs), idleMs, signal }));
  }

  async function upload({ method, to, scope, headers = {}, body, length }: Parameters<RegistrySession['upload']>[0]): Promise<HttpResult> {
    // A body is read once, so that a challenge cannot be answered afterwards: what the POST before it was given is still good, or made anew here.
    const credential = await credentialFor(to, scope);
    if (credential.kind === 'unreachable') return credential;
    const result = await http.upload({ method, url: absolute(to), headers: { 'content-type': 'application/octet-stream', ...headers, ...credential.headers }, body, length, deadlineMs: left(headMs), idleMs, signal });
    surface(result);
    return result;
  }

  async function pause(result: HttpResponse | Unreachable, attempt: number): Promise<boolean> {
    const ms = delayBefore(result, attempt, options.random, clock.now());
    if (signal.aborted || clock.now() + ms >= options.endsAt) return false;
    return clock.sleep(ms, signal).then(() => true, () => false);
  }

  async function authorized<T extends HttpResponse | Download | Unreachable>(to: string, scope: Scope, sent: (headers: Record<string, Secret>) => Promise<T>): Promise<T | Unreachable> {
    const credential = await credentialFor(to, scope);
    if (credential.kind === 'unreachable') return credential;
    const first = await sent(credential.headers);
    if (first.kind === 'unreachable' || first.status !== 401 || !isOurs(to)) return first;
    const ticket = await answerChallenges(parseChallenges(first.headers['www-authenticate'] ?? ''), scope, credential);
    if (ticket === null) return first;
    if (first.kind === 'download') first.body.destroy();
    if ('kind' in ticket) return ticket;
    tickets.set(keyOf(scope), ticket);
    return sent(carried(ticket).headers);
  }

  /** Nothing before the first challenge. Once a registry has shown its token server, a token for another scope is fetched ahead. */
  async function credentialFor(to: string, scope: Scope): Promise<Credential | Unreachable> {
    if (!isOurs(to) || scheme === null) return NONE;
    if (scheme.kind === 'basic') return carried(basic());
    const kept = tickets.get(keyOf(scope));
    if (kept !== undefined && kept.until > clock.now()) return carried(kept);
    const made = await bearer(scheme.challenge, scope);
    if (made === null) return NONE;
    if ('kind' in made) return made;
    tickets.set(keyOf(scope), made);
    return carried(made);
  }

  /** @param sent with the request that met them: a Basic login is not taken by sending it again */
  async function answerChallenges(challenges: readonly Challenge[], scope: Scope, sent: Credential): Promise<Ticket | Unreachable | null> {
    const wanted = challenges.find((one) => one.scheme === 'bearer');
    if (wanted !== undefined) {
      scheme = { kind: 'bearer', challenge: wanted };
      return bearer(wanted, scope);
    }
    if (sent !== NONE || !challenges.some((one) => one.scheme === 'basic')) return null;
    scheme = { kind: 'basic' };
    return basic();
  }

  function basic(): Ticket {
    return { header: authorizationHeader('Basic', encodedLogin(login)), until: Number.POSITIVE_INFINITY, grants: null };
  }

  /** null: the login is not taken, or may not go there. */
  async function bearer({ parameters }: Challenge, scope: Scope): Promise<Ticket | Unreachable | null> {
    const realm = parameters['realm'] ?? '';
    if (!URL.canParse(realm) || !mayHaveLogin(new URL(realm), new URL(origin))) return null;
    const url = new URL(realm);
    if (parameters['service'] !== undefined) url.searchParams.set('service', parameters['service']);
    for (const one of scope) url.searchParams.append('scope', one);
    for (let attempt = 1; ; attempt += 1) {
      const result = await http.request({ method: 'GET', url: url.href, headers: { authorization: basic().header }, retry: 'never', deadlineMs: left(headMs), signal });
      if (result.kind === 'response' && result.status < 300) return ticketOf(result);
      if (result.kind === 'response' && [401, 403].includes(result.status)) return null;
      if (attempt >= TRIES || !isPassing(result) || !await pause(result, attempt)) return { kind: 'unreachable', reason: 'other', message: `the registry's token server ${url.host} gave no token: ${saidBy(result)}` };
    }
  }

  function ticketOf(result: HttpResponse): Ticket | null {
    try {
      const { token, access_token, expires_in = tokenSeconds } = tokenAnswer.parse(result.json());
      const value = token ?? access_token;
      return value === undefined ? null : { header: authorizationHeader('Bearer', value), until: clock.now() + expires_in * 800, grants: grantsOf(value) };
    } catch {
      return null;
    }
  }

  function isOurs(to: string): boolean {
    return new URL(to, origin).host === new URL(origin).host;
  }

  /** @throws never: what an answer named was checked when it was taken (see `placeOf`) */
  function absolute(to: string): string {
    return new URL(to, origin).href;
  }

  function left(most: number): number {
    return Math.max(1, Math.min(most, options.endsAt - clock.now()));
  }

  /** `Warning: 299`, by which a registry says that something ends soon (distribution spec, "Warnings"); each once. */
  function surface(result: HttpResult): void {
    const said = result.kind === 'response' ? /^299 - "((?:[^"\\]|\\.)*)"/.exec(result.headers['warning'] ?? '')?.[1] : undefined;
    if (said === undefined || warned.has(said)) return;
    warned.add(said);
    options.warn(`${new URL(origin).host} warns: ${processRedactor.redact(said.replace(/\\(.)/g, '$1')).slice(0, 500)}`);
  }
}

interface Credential {
  kind: 'headers';
  headers: Record<string, Secret>;
}

const NONE: Credential = { kind: 'headers', headers: {} };

function carried({ header }: Ticket): Credential {
  return { kind: 'headers', headers: { authorization: header } };
}

function keyOf(scope: Scope): string {
  return scope.join(' ');
}

/** @see https://distribution.github.io/distribution/spec/auth/jwt/ */
const claims = z.object({ access: z.array(z.object({ type: z.string(), actions: z.array(z.string()) })) });

/** Asked for one repository, a token grants what its `access` says, which may be less; an opaque one says nothing. */
function grantsOf(token: string): readonly string[] | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return claims.parse(payload).access.filter(({ type }) => type === 'repository').flatMap(({ actions }) => actions);
  } catch {
    return null;
  }
}

/** Our login goes to the registry's own host, its parent domain or a sibling of it, over https, never elsewhere. */
function mayHaveLogin(realm: URL, registry: URL): boolean {
  if (realm.host === registry.host) return realm.protocol === registry.protocol || realm.protocol === 'https:';
  const parent = registry.hostname.split('.').slice(1).join('.');
  return realm.protocol === 'https:' && mayLead(registry, realm) && parent.includes('.') && (realm.hostname === parent || realm.hostname.split('.').slice(1).join('.') === parent);
}
