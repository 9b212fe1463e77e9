import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PublicUrls } from './config.ts';

/** What one public host of the shop serves; a test changes it while the host runs. */
export interface Host {
  readonly url: string;
  /** null: it answers 503, as while it starts. */
  sha: string | null;
  /** Only for Vendure, as the next four. */
  health: 'ok' | 'degraded';
  /** How long the oldest job waits. */
  lagSeconds: number;
  /** What the database answers GraphQL with; null: products. */
  graphqlError: string | null;
  /** The commit of the worker that does a canary job; null: nobody does it. */
  workerSha: string | null;
  /** RUNNING since before the worker started. */
  orphans: readonly { readonly id: string; readonly queue: string; readonly startedAt: string }[];
  /** What a page has in it. */
  page: string;
  /** Its requests so far, each with its own connection. */
  readonly requests: { readonly method: string; readonly path: string; readonly authorization: string | undefined }[];
  /** Called before the next answer. */
  onRequest: () => void;
}

export interface Shop extends AsyncDisposable {
  readonly vendure: Host;
  readonly dashboard: Host;
  readonly storefront: Host;
  readonly urls: PublicUrls;
}

/** What the job checks of its Vendure ask for. */
export const JOBS_TOKEN = 'jobs-token-of-the-shop';

/** Three hosts on loopback that keep the shop contract, all serving one commit. @param latencyMs before each answer */
export async function openShop(sha: string, latencyMs = 0): Promise<Shop> {
  const opened = await Promise.all([answerVendure, answerWorker, answerWorker].map((answer) => openHost(sha, answer, latencyMs)));
  const [vendure, dashboard, storefront] = opened.map(({ host }) => host) as [Host, Host, Host];
  return {
    vendure,
    dashboard,
    storefront,
    urls: { vendure: vendure.url, dashboard: dashboard.url, storefront: storefront.url },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map(({ close }) => close()));
    },
  };
}

type Answer = (host: Host, request: IncomingMessage, response: ServerResponse) => void;

async function openHost(sha: string, answer: Answer, latencyMs: number): Promise<{ host: Host; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    host.requests.push({ method: request.method ?? '', path: request.url ?? '', authorization: request.headers.authorization });
    host.onRequest();
    response.setHeader('cache-control', 'no-store');
    const say = (): void => void (host.sha === null ? response.writeHead(503).end('starting') : answer(host, request, response));
    if (latencyMs > 0) setTimeout(say, latencyMs);
    else say();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host: Host = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sha, health: 'ok', lagSeconds: 0, graphqlError: null, workerSha: sha, orphans: [], page: 'Tea', requests: [], onRequest: () => {} };
  return {
    host,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answerVendure(host: Host, request: IncomingMessage, response: ServerResponse): void {
  const { sha, health, lagSeconds, graphqlError } = host;
  const { method, url } = request;
  if (url === '/version') return json(response, 200, { sha, builtAt: '2026-01-01T12:00:00Z', processGroup: 'app' });
  if (url === '/health/ready') {
    return json(response, health === 'ok' ? 200 : 503, { status: health, checks: { database: health, pendingMigrations: 0, jobQueueLag: { seconds: lagSeconds, oldestPending: null } } });
  }
  if (method === 'POST' && url === '/shop-api') return json(response, 200, graphqlError === null ? { data: { products: { totalItems: 3 }, __typename: 'Query' } } : { data: null, errors: [{ message: graphqlError }] });
  if (url?.startsWith('/jobs/') === true) return answerJobs(host, request, response);
  return json(response, 404, {});
}

function answerJobs({ workerSha, orphans }: Host, { headers, method, url }: IncomingMessage, response: ServerResponse): void {
  if (headers.authorization !== `Bearer ${JOBS_TOKEN}`) return json(response, 401, {});
  if (method === 'POST') return json(response, 202, { id: '7' });
  if (url === '/jobs/canary/7') return json(response, 200, workerSha === null ? { id: '7', state: 'PENDING' } : { id: '7', state: 'COMPLETED', sha: workerSha, processGroup: 'worker', workerStartedAt: '2026-01-01T12:00:00Z' });
  return json(response, 200, { jobs: orphans });
}

function answerWorker({ sha, page }: Host, { url }: IncomingMessage, response: ServerResponse): void {
  if (url === '/') return void response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Shop</title><script type="module" src="/app.js"></script><h1>${page}</h1>`);
  if (url === '/app.js') return void response.writeHead(200, { 'content-type': 'text/javascript' }).end('start();');
  if (url !== '/__version') return json(response, 404, {});
  const versionId = `version-of-${sha ?? 'nothing'}`;
  response.setHeader('x-deploy-version', versionId);
  json(response, 200, { sha, versionId, surface: 'worker' });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
