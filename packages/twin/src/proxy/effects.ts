import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect } from '../faults/index.ts';
import { corrupted, measured, withoutHeader } from './answer-effects.ts';
import { send, sendPart } from './exchange.ts';
import { withoutMount, withOneScope } from './request-effects.ts';

interface Affected {
  readonly fault: FaultEffect;
  readonly outgoing: ServerResponse;
  readonly speed: number;
  readonly signal: AbortSignal;
  /** Asks the provider, what the client asked for or what is made of it; called at most once. */
  answer(change?: (request: Request) => Request | Promise<Request>): Promise<Response>;
}

/** Does to one request what its fault says. @returns the status that the client saw; 0 when it saw none */
export async function act({ fault, outgoing, speed, signal, answer }: Affected): Promise<number> {
  const { effect } = fault;
  switch (effect.kind) {
    case 'delay': {
      const early = fault.afterCommit ? await answer() : null;
      await sleep(effect.milliseconds / speed, undefined, { signal });
      return tell(early ?? await answer(), outgoing);
    }
    case 'truncate': {
      const { response, length } = await measured(await answer());
      await sendPart(response, outgoing, Math.floor(length / 2));
      outgoing.socket?.destroySoon();
      return response.status;
    }
    case 'reset-after':
    case 'hang-after': {
      const response = await answer();
      await sendPart(response, outgoing, effect.bytes);
      if (outgoing.writableEnded) return response.status;
      if (effect.kind === 'hang-after') await until(signal);
      else reset(outgoing);
      return response.status;
    }
    case 'corrupt': return tell(corrupted(await answer()), outgoing);
    case 'without': return tell(withoutHeader(await answer(), effect.header), outgoing);
    case 'refuse-mount': return tell(await answer(withoutMount), outgoing);
    case 'grants-only': return tell(await answer((request) => withOneScope(request, effect.scope)), outgoing);
    case 'early-413':
      // The client is in the middle of its body then, or has none.
      if (!outgoing.req.readableEnded) await once(outgoing.req, 'readable', { signal });
      return hangUp(outgoing);
    default:
  }
  if (fault.afterCommit) await (await answer()).body?.cancel();
  switch (effect.kind) {
    case 'status': return tell(new Response(NO_BODY.has(effect.status) ? null : effect.body ?? '', { status: effect.status, headers: { ...typeOf(effect.body), ...effect.headers } }), outgoing);
    case 'body': return tell(new Response(effect.body, { headers: typeOf(effect.body) }), outgoing);
    case 'html': return tell(new Response('<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>', { headers: { 'content-type': 'text/html; charset=utf-8' } }), outgoing);
    case 'reset':
      reset(outgoing);
      return 0;
    case 'hang':
      await until(signal);
      return 0;
    default: throw new Error(`fault "${fault.rule}": ${effect.kind} is no effect on a request`);
  }
}

const NO_BODY = new Set([101, 204, 205, 304]);

function typeOf(body: string | null): Record<string, string> {
  if (body === null) return {};
  return { 'content-type': /^\s*[[{]/u.test(body) ? 'application/json' : 'text/plain; charset=utf-8' };
}

async function tell(response: Response, outgoing: ServerResponse): Promise<number> {
  await send(response, outgoing);
  return response.status;
}

/** As servers in front of a registry do it: the answer is on its way, and the rest of the body finds a closed connection. */
async function hangUp(outgoing: ServerResponse): Promise<number> {
  await send(new Response('Request Entity Too Large\n', { status: 413, headers: { 'content-type': 'text/plain; charset=utf-8' } }), outgoing, { close: true });
  return 413;
}

async function until(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => { signal.addEventListener('abort', () => resolve(), { once: true }); });
}

/**
 * A TCP reset, also below TLS. Not `resetAndDestroy()`: it shuts the connection down in order first (node 24), and clients see only that. `destroy()` resets
 * by the mark that the former leaves.
 */
function reset({ socket }: ServerResponse): void {
  const tcp = (socket as unknown as { _parent?: Socket } | null)?._parent ?? socket;
  if (tcp === null) return;
  Object.assign(tcp, { resetAndClosing: true });
  tcp.destroy();
  socket?.destroy();
}
