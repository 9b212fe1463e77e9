import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** GitHub's cache service (v1, which BuildKit of docker 26 speaks) in the two ways in which it is no help. */
export interface GhaServer extends AsyncDisposable {
  /** What the runner gives to JavaScript actions. */
  readonly environment: Readonly<Record<'ACTIONS_CACHE_URL' | 'ACTIONS_RUNTIME_TOKEN', string>>;
  readonly token: string;
  /** Method and path, in order. */
  readonly asked: readonly string[];
}

export async function openGhaServer(way: 'never answers' | 'answers 500'): Promise<GhaServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (way === 'answers 500') response.writeHead(500).end('{"message":"unwell"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const token = runtimeToken();
  return {
    environment: { ACTIONS_CACHE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ACTIONS_RUNTIME_TOKEN: token },
    token, asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function runtimeToken(): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  return [{ typ: 'JWT', alg: 'RS256' }, { nbf: now - 60, exp: now + 3600, ac: JSON.stringify([{ Scope: 'refs/heads/main', Permission: 3 }]) }, 'signature'].map(part).join('.');
}
