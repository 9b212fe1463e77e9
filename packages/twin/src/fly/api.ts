import { json } from './answer.ts';
import { answerMachines } from './machines-api.ts';
import { answerGraphql } from './graphql.ts';
import { answerReleases } from './releases-api.ts';
import type { FlyState } from './world.ts';

/** One call to api.machines.dev or api.fly.io; the two share no path. */
export async function answerFly(request: Request, state: FlyState): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.split('/').filter((part) => part !== '');
  if (!isKnown(request.headers.get('authorization'), state.token)) return json({ error: 'unauthorized' }, 401);
  const body = await readBody(request);
  if (url.pathname === '/graphql') return answerGraphql(body, state);
  if (path[0] === 'v1') return answerMachines({ method: request.method, path: path.slice(1), url, body, nonce: request.headers.get('fly-machine-lease-nonce') ?? '', signal: request.signal }, state);
  if (path[0] === 'api') return answerReleases({ method: request.method, path: path.slice(2), url, body }, state);
  return json({ error: 'not found' }, 404);
}

function isKnown(authorization: string | null, token: string): boolean {
  return [`Bearer ${token}`, `FlyV1 ${token}`].includes(authorization ?? '');
}

async function readBody(request: Request): Promise<Record<string, unknown>> {
  const text = await request.text();
  if (text === '') return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
