import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect } from '../faults/index.ts';
import { send, sendHalf } from './exchange.ts';

interface Affected {
  readonly fault: FaultEffect;
  readonly outgoing: ServerResponse;
  readonly speed: number;
  readonly signal: AbortSignal;
  /** Asks the provider; called at most once. */
  answer(): Promise<Response>;
}

/** Does to one request what its fault says. @returns the status that the client saw; 0 when it saw none */
export async function act({ fault, outgoing, speed, signal, answer }: Affected): Promise<number> {
  const { effect } = fault;
  if (effect.kind === 'delay') {
    const early = fault.afterCommit ? await answer() : null;
    await sleep(effect.milliseconds / speed, undefined, { signal });
    return tell(early ?? await answer(), outgoing);
  }
  if (effect.kind === 'truncate') {
    const response = await answer();
    await sendHalf(response, outgoing);
    return response.status;
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
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
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

/** A TCP reset, also below TLS. */
function reset(outgoing: ServerResponse): void {
  const { socket } = outgoing;
  const below = (socket as unknown as { _parent?: { resetAndDestroy?(): void } } | null)?._parent;
  below?.resetAndDestroy?.();
  if (socket !== null && 'resetAndDestroy' in socket && below === undefined) socket.resetAndDestroy();
  socket?.destroy();
}
