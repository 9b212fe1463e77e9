import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { database } from './database.ts';
import { readHealth } from './health.ts';
import { answerJobCheck } from './job-checks.ts';
import { readSettings } from './settings.ts';
import { answerGraphql } from './shop-api.ts';

/** A GraphQL question of a shop is far smaller. */
const MAX_BODY_BYTES = 100_000;
const JOB_CHECKS = '/deploy/jobs';

const settings = readSettings();
const db = database(settings.databaseUrl);

const server = createServer((request, response) => {
  route(request, response).catch((error: unknown) => {
    console.error(error);
    if (!response.headersSent) send(response, 500, { statusCode: 500, message: 'Internal server error' });
    else response.destroy();
  });
});
server.listen(settings.port, () => { console.log(`Shop server listens on port ${settings.port}, revision ${settings.sha}`); });

// A second signal must not cut off what the first one lets end.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close(() => { void db.end().finally(() => process.exit(0)); });
    server.closeIdleConnections();
  });
}

async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://shop');
  if (request.method === 'GET' && path === '/version') {
    return send(response, 200, { sha: settings.sha, builtAt: settings.builtAt, processGroup: settings.processGroup });
  }
  if (request.method === 'GET' && path === '/health/ready') {
    const health = await readHealth(db);
    return send(response, health.status === 'error' ? 503 : 200, health);
  }
  if (request.method === 'POST' && path === '/shop-api') {
    const session = sessionOf(request) ?? randomUUID();
    response.setHeader('set-cookie', `session=${session}; Path=/; HttpOnly; SameSite=Lax`);
    return send(response, 200, await answerGraphql(db, await bodyOf(request), session));
  }
  if (path.startsWith(`${JOB_CHECKS}/`)) {
    const { status, body } = await answerJobCheck(db, settings.jobsToken, { method: request.method ?? '', path: path.slice(JOB_CHECKS.length), query: searchParams, authorization: request.headers.authorization ?? '' });
    return send(response, status, body);
  }
  send(response, 404, { statusCode: 404, message: `Cannot ${request.method ?? ''} ${path}`, path });
}

/** Whose cart it is. */
function sessionOf(request: IncomingMessage): string | null {
  return /(?:^|;\s*)session=([0-9a-f-]{36})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1] ?? null;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new Error('the request is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
