import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpClient } from '../../../src/net/index.ts';
import { loginOf, parseImageRepository, registries, type RegistryClient } from '../../../src/providers/registry/index.ts';
import { Secret } from '../../../src/secrets/index.ts';

export type Answer = { status: number; body?: string; headers?: Record<string, string> } | ((response: ServerResponse) => void);

/** A registry that says what a test wrote down, and what it was asked. */
export interface Scripted extends AsyncDisposable {
  readonly host: string;
  readonly client: RegistryClient;
  /** `METHOD /path?query`, with the authorization behind it where there was one. */
  readonly requests: string[];
  readonly warnings: string[];
  /** Milliseconds of each wait; none takes any time. */
  readonly waits: number[];
}

export interface Script {
  /** By path, or by method and path. An answer of several is given by turns, the last one for good. */
  readonly answers: Readonly<Record<string, Answer | readonly Answer[]>>;
  /** The challenge that a request meets; null: it may pass. */
  challenge?(request: IncomingMessage, host: string): string | null;
}

export const fault = (status: number, code: string, message = '', headers: Record<string, string> = {}): Answer => ({ status, headers, body: JSON.stringify({ errors: [{ code, message }] }) });
export const ok = (body: string, headers: Record<string, string> = {}): Answer => ({ status: 200, body, headers });
export const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
export const TOKEN = 'secret-value';
export const BASIC = `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`;

export async function scripted({ answers, challenge = () => null }: Script): Promise<Scripted> {
  const requests: string[] = [];
  const warnings: string[] = [];
  const waits: number[] = [];
  const turns = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    requests.push(`${request.method} ${request.url}${request.headers.authorization === undefined ? '' : ` ${request.headers.authorization}`}`);
    const wanted = challenge(request, request.headers.host ?? '');
    const given = answers[`${request.method} ${path}`] ?? answers[path] ?? fault(404, 'MANIFEST_UNKNOWN');
    const list = Array.isArray(given) ? (given as readonly Answer[]) : [given as Answer];
    const turn = turns.get(path) ?? 0;
    if (wanted === null) turns.set(path, turn + 1);
    const answer = wanted === null ? list[Math.min(turn, list.length - 1)] : { status: 401, headers: { 'www-authenticate': wanted } };
    if (typeof answer === 'function') return answer(response);
    response.writeHead(answer?.status ?? 500, { 'content-length': String(Buffer.byteLength(answer?.body ?? '')), ...answer?.headers }).end(request.method === 'HEAD' ? undefined : answer?.body);
  });
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  let passed = 0;
  const clock = { now: () => Date.now() + passed, sleep: (ms: number) => { waits.push(ms); passed += ms; return Promise.resolve(); } };
  const open = registries({ http: httpClient(), clock, random: () => 1, signal: new AbortController().signal, warn: (text) => warnings.push(text) });
  return {
    host, requests, warnings, waits,
    client: open(parseImageRepository(`${host}/shop`), loginOf(new Secret(`FlyV1 ${TOKEN}`))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
