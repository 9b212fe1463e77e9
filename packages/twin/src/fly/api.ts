import { json } from './answer.ts';
import { answerMachines } from './machines-api.ts';
import { answerGraphql } from './graphql.ts';
import { answerReleases } from './releases-api.ts';
import { reached, scopeOf, tokenOf } from './tokens.ts';
import type { FlyState } from './world.ts';

/** One call to api.machines.dev or api.fly.io; the two share no path. */
export async function answerFly(request: Request, world: FlyState): Promise<Response> {
  const url = new URL(request.url);
  const scope = scopeOf(tokenOf(request.headers.get('authorization')), world.token, world.apps, world.endingTokens);
  if (scope.kind === 'unknown') return json({ error: 'unauthorized' }, 401);
  const state: FlyState = { ...world, apps: reached(scope, world.apps) };
  const path = url.pathname.split('/').filter((part) => part !== '');
  const body = await readBody(request);
  if (url.pathname === '/graphql') return answerGraphql(body, state);
  if (path[0] === 'v1') return answerMachines({ method: request.method, path: path.slice(1), url, body, nonce: request.headers.get('fly-machine-lease-nonce') ?? '', signal: request.signal }, state);
  if (path[0] === 'api') return answerReleases({ method: request.method, path: path.slice(2), url, body }, state);
  return json({ error: 'not found' }, 404);
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
