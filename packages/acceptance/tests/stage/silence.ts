import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A network that hangs: a proxy that takes every connection and never answers. */
export interface Silence extends AsyncDisposable {
  /** Leads every request of an action into it. */
  readonly environment: Readonly<Record<string, string>>;
  connections(): number;
  /** Fulfilled by the first connection. */
  readonly met: Promise<unknown>;
}

export async function openSilence(): Promise<Silence> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // A client that gives up is what these tests are about.
    socket.on('error', () => {});
  });
  const met = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    environment: { HTTPS_PROXY: url, HTTP_PROXY: url, https_proxy: url, http_proxy: url, NO_PROXY: '', no_proxy: '' },
    connections: () => sockets.size,
    met,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
