import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PublicUrls } from './config.ts';

/** What one public host of the shop serves; a test changes it while the host runs. */
export interface Host {
  readonly url: string;
  /** null: it answers 503, as while it starts. */
  sha: string | null;
  /** Only for Vendure. */
  health: 'ok' | 'degraded';
  /** Its requests so far, each with its own connection. */
  readonly requests: { readonly method: string; readonly path: string }[];
  /** Called before the next answer. */
  onRequest: () => void;
}

export interface Shop extends AsyncDisposable {
  readonly vendure: Host;
  readonly dashboard: Host;
  readonly storefront: Host;
  readonly urls: PublicUrls;
}

/** Three hosts on loopback that keep the shop contract, all serving one commit. */
export async function openShop(sha: string): Promise<Shop> {
  const opened = await Promise.all([openHost(sha, answerVendure), openHost(sha, answerWorker), openHost(sha, answerWorker)]);
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

async function openHost(sha: string, answer: Answer): Promise<{ host: Host; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    host.requests.push({ method: request.method ?? '', path: request.url ?? '' });
    host.onRequest();
    response.setHeader('cache-control', 'no-store');
    if (host.sha === null) response.writeHead(503).end('starting');
    else answer(host, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host: Host = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sha, health: 'ok', requests: [], onRequest: () => {} };
  return {
    host,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answerVendure({ sha, health }: Host, { method, url }: IncomingMessage, response: ServerResponse): void {
  if (url === '/version') return json(response, 200, { sha, builtAt: '2026-01-01T12:00:00Z', processGroup: 'app' });
  if (url === '/health/ready') {
    return json(response, health === 'ok' ? 200 : 503, { status: health, checks: { database: health, pendingMigrations: 0, jobQueueLag: { seconds: 0, oldestPending: null } } });
  }
  if (method === 'POST' && url === '/shop-api') return json(response, 200, { data: { products: { totalItems: 3 } } });
  return json(response, 404, {});
}

function answerWorker({ sha }: Host, { url }: IncomingMessage, response: ServerResponse): void {
  if (url === '/') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Shop</title>');
  if (url !== '/__version') return json(response, 404, {});
  const versionId = `version-of-${sha ?? 'nothing'}`;
  response.setHeader('x-deploy-version', versionId);
  json(response, 200, { sha, versionId, surface: 'worker' });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
