import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage, request as plain, type ServerResponse } from 'node:http';
import { request as secure } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A way to a server that we can close: whoever waits at its end for an answer is let go. */
export interface Relay extends AsyncDisposable {
  readonly url: string;
}

/** From the end of a request to the first byte of its answer. An upload's own time is not counted. */
const ANSWER_MS = 30_000;

/**
 * BuildKit asks GitHub's cache within its one scheduler, without a deadline and deaf to a cancel: a server that never answers blocks every build of
 * that daemon, the next one without a cache too, until the connection ends (measured, docker 26.1.5: goroutine in `combinedCacheManager.Query`).
 * So the connection is ours. Loopback only, and nothing of what passes is kept.
 */
export async function openRelay(target: string, answerMs = ANSWER_MS): Promise<Relay> {
  const open = new Set<ClientRequest>();
  const server = createServer((from, to) => {
    const onward = forward(from, to, new URL(target), answerMs);
    open.add(onward);
    onward.once('close', () => open.delete(onward));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      for (const onward of open) onward.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(from: IncomingMessage, to: ServerResponse, target: URL, answerMs: number): ClientRequest {
  const send = target.protocol === 'https:' ? secure : plain;
  const url = new URL(`${target.pathname.replace(/\/$/, '')}${from.url ?? '/'}`, target.origin);
  const onward = send(url, { method: from.method, headers: { ...from.headers, host: url.host } }, (answer) => {
    clearTimeout(late);
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.once('error', () => to.destroy()).pipe(to);
  });
  let late: NodeJS.Timeout | undefined;
  onward.once('finish', () => {
    late = setTimeout(() => onward.destroy(new Error('no answer')), answerMs);
  });
  onward.once('close', () => clearTimeout(late));
  onward.once('error', () => (to.headersSent ? to.destroy() : to.writeHead(504).end()));
  from.once('error', () => onward.destroy()).pipe(onward);
  to.once('close', () => onward.destroy());
  return onward;
}
