import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect, FaultScript } from '../faults/index.ts';
import type { Provider } from '../provider.ts';
import { act } from './effects.ts';
import { receive, send } from './exchange.ts';

/** One request, and all that decides its answer. */
export interface Asked {
  readonly provider: Provider;
  readonly url: URL;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly faults: FaultScript;
  readonly speed: number;
  readonly latencyMs: number;
  /** Told once, when the answer has ended, whichever way. */
  readonly record: (seen: Seen) => void;
}

export interface Seen {
  readonly at: string;
  readonly head: Request;
  /** What the client saw; 0 when it saw no answer. */
  readonly status: number;
  /** The provider's state was changed, whatever the client was told. */
  readonly write: boolean;
  readonly fault: string | null;
}

/** Lets the provider answer, or what a fault makes of its answer. */
export async function serve({ provider, url, incoming, outgoing, faults, speed, latencyMs, record }: Asked): Promise<void> {
  const at = new Date().toISOString();
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  if (latencyMs > 0) await sleep(latencyMs);
  const { request, body, head, drain } = await receive(incoming, url, { signal: gone.signal, whole: provider.operation !== undefined });
  const fault = faultFor(faults, provider, { head, url, body });
  let write = false;
  const ask = async (change = (asked: Request): Request | Promise<Request> => asked): Promise<Response> => {
    const response = await provider.fetch(await change(request));
    write = response.status < 400 && provider.isWrite(head, body ?? undefined);
    return response;
  };
  let status = 0;
  try {
    if (fault === null) {
      const response = await ask();
      status = response.status;
      await send(response, outgoing);
    } else {
      status = await act({ fault, outgoing, speed, signal: gone.signal, answer: ask });
    }
  } finally {
    drain();
    record({ at, head, status, write, fault: fault?.rule ?? null });
  }
}

function faultFor(faults: FaultScript, provider: Provider, { head, url, body }: { head: Request; url: URL; body: string | null }): FaultEffect | null {
  const byOperation = body === null ? null : faults.take(provider.name, `graphql ${provider.operation?.(head, body) ?? operationOf(body)}`);
  return byOperation ?? faults.take(provider.name, `${head.method} ${url.pathname}`);
}

/** `fly graphql <operation>` names the operation; clients that leave `operationName` out have it in the document. '' is one without a name, which only `*` means. */
function operationOf(body: string): string {
  try {
    const { operationName, query } = JSON.parse(body) as { operationName?: unknown; query?: unknown };
    if (typeof operationName === 'string' && operationName !== '') return operationName;
    return typeof query === 'string' ? /\b(?:query|mutation)\s+(\w+)/u.exec(query)?.[1] ?? '' : '';
  } catch {
    return '';
  }
}

/** What breaks inside the twin is told to the client as such; it is no answer of a provider. */
export function fail(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
  const message = error instanceof Error ? error.stack ?? error.message : String(error);
  process.stderr.write(`twin: ${outgoing.req.method ?? ''} ${outgoing.req.url ?? ''}: ${message}\n`);
  outgoing.writeHead(500, { 'content-type': 'text/plain' }).end('The twin broke while it answered; its standard error says why.\n');
}
